#include "memory-map.h"
#include "virtio.h"

// Registers (§4.2.2), as indices of words
enum {
	MAGIC_VALUE = 0x000 / 4,
	VERSION = 0x004 / 4,
	DEVICE_TYPE = 0x008 / 4,
	DEVICE_FEATURES = 0x010 / 4,
	DEVICE_FEATURES_SELECT = 0x014 / 4,
	DRIVER_FEATURES = 0x020 / 4,
	DRIVER_FEATURES_SELECT = 0x024 / 4,
	QUEUE_SELECT = 0x030 / 4,
	QUEUE_MOST = 0x034 / 4,
	QUEUE_COUNT_REGISTER = 0x038 / 4,
	QUEUE_READY = 0x044 / 4,
	QUEUE_NOTIFY = 0x050 / 4,
	INTERRUPT_STATUS = 0x060 / 4,
	INTERRUPT_ACKNOWLEDGE = 0x064 / 4,
	STATUS = 0x070 / 4,
	QUEUE_DESCRIPTORS = 0x080 / 4,
	QUEUE_AVAILABLE = 0x090 / 4,
	QUEUE_USED = 0x0A0 / 4, // low words; high ones follow
	CONFIGURATION = 0x100, // bytes
};
enum { MAGIC = 0x74726976, MODERN = 2 };
enum { ACKNOWLEDGED = 1, HAS_DRIVER = 2, DRIVER_READY = 4, FEATURES_AGREED = 8 }; // status (§2.1)
enum { FEATURE_VERSION1 = 1 }; // bit 32, so bit 0 of the second word (§6)
enum { DESCRIPTOR_WRITE = 2 };

// The PLIC's registers for hart 0 in machine mode (context 0)
#define SOURCE_PRIORITY(source) (*(volatile uint32_t *)(INTERRUPT_CONTROLLER + 4 * (source)))
#define SOURCES_ENABLED (*(volatile uint32_t *)(INTERRUPT_CONTROLLER + 0x2000))
#define CLAIM (*(volatile uint32_t *)(INTERRUPT_CONTROLLER + 0x200004))
enum { FIRST_SOURCE = 1 }; // of the first virtio device

static void barrier(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

bool virtio_find(Virtio *device, uint32_t type)
{
	for (uint32_t i = 0; i < VIRTIO_COUNT; i++) {
		volatile uint32_t *registers = (volatile uint32_t *)(VIRTIO_FIRST + i * VIRTIO_BYTES);
		if (registers[MAGIC_VALUE] != MAGIC || registers[VERSION] != MODERN || registers[DEVICE_TYPE] != type) continue;
		*device = (Virtio){.registers = registers, .interrupt = FIRST_SOURCE + i};
		registers[STATUS] = 0;
		return true;
	}
	return false;
}

static void set_address(volatile uint32_t *low, const void *address)
{
	low[0] = (uint32_t)(uintptr_t)address;
	low[1] = 0;
}

/** The order of steps is §3.1.1's. */
bool virtio_start(Virtio *device, uint32_t features, Virtqueue *queues, int queue_count)
{
	volatile uint32_t *registers = device->registers;
	registers[STATUS] = ACKNOWLEDGED;
	registers[STATUS] = ACKNOWLEDGED | HAS_DRIVER;

	registers[DEVICE_FEATURES_SELECT] = 0;
	features &= registers[DEVICE_FEATURES];
	registers[DRIVER_FEATURES_SELECT] = 0;
	registers[DRIVER_FEATURES] = features;
	registers[DRIVER_FEATURES_SELECT] = 1;
	registers[DRIVER_FEATURES] = FEATURE_VERSION1;
	registers[STATUS] = ACKNOWLEDGED | HAS_DRIVER | FEATURES_AGREED;
	if (!(registers[STATUS] & FEATURES_AGREED)) return false;

	for (int i = 0; i < queue_count; i++) {
		Virtqueue *queue = &queues[i];
		queue->number = (uint16_t)i;
		queue->device = registers;
		registers[QUEUE_SELECT] = (uint32_t)i;
		if (registers[QUEUE_MOST] < QUEUE_LENGTH) return false;
		registers[QUEUE_COUNT_REGISTER] = QUEUE_LENGTH;
		set_address(&registers[QUEUE_DESCRIPTORS], queue->descriptors);
		set_address(&registers[QUEUE_AVAILABLE], &queue->available);
		set_address(&registers[QUEUE_USED], &queue->used);
		registers[QUEUE_READY] = 1;
	}
	registers[STATUS] = ACKNOWLEDGED | HAS_DRIVER | FEATURES_AGREED | DRIVER_READY;
	return true;
}

uint8_t virtio_configuration(const Virtio *device, int offset)
{
	return ((volatile uint8_t *)device->registers)[CONFIGURATION + offset];
}

void virtio_offer(Virtqueue *queue, uint16_t id, const void *buffer, size_t bytes, bool device_writes)
{
	queue->descriptors[id].address = (uintptr_t)buffer;
	queue->descriptors[id].length = (uint32_t)bytes;
	queue->descriptors[id].flags = device_writes ? DESCRIPTOR_WRITE : 0;
	queue->available.ring[queue->available.index % QUEUE_LENGTH] = id;
	barrier(); // the device sees the entry before the index
	queue->available.index++;
}

void virtio_notify(Virtqueue *queue)
{
	barrier();
	queue->device[QUEUE_NOTIFY] = queue->number;
}

bool virtio_take(Virtqueue *queue, uint16_t *id, uint32_t *bytes)
{
	if (queue->seen == *(volatile uint16_t *)&queue->used.index) return false;
	barrier(); // the index is read before the entry
	const uint32_t slot = queue->seen++ % QUEUE_LENGTH;
	*id = (uint16_t)(queue->used.ring[slot].id % QUEUE_LENGTH);
	*bytes = queue->used.ring[slot].length;
	return true;
}

void virtio_wakes(const Virtio *device)
{
	SOURCE_PRIORITY(device->interrupt) = 1;
	SOURCES_ENABLED |= 1u << device->interrupt;
}

void virtio_quiet(const Virtio *device)
{
	device->registers[INTERRUPT_ACKNOWLEDGE] = device->registers[INTERRUPT_STATUS];
	const uint32_t source = CLAIM;
	if (source) CLAIM = source;
}
