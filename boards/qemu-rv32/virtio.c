#include "memory-map.h"
#include "virtio.h"

// Registers (§4.2.2), as indices of words
enum {
	magicValue = 0x000 / 4,
	version = 0x004 / 4,
	deviceType = 0x008 / 4,
	deviceFeatures = 0x010 / 4,
	deviceFeaturesSelect = 0x014 / 4,
	driverFeatures = 0x020 / 4,
	driverFeaturesSelect = 0x024 / 4,
	queueSelect = 0x030 / 4,
	queueMost = 0x034 / 4,
	queueCountRegister = 0x038 / 4,
	queueReady = 0x044 / 4,
	queueNotify = 0x050 / 4,
	interruptStatus = 0x060 / 4,
	interruptAcknowledge = 0x064 / 4,
	status = 0x070 / 4,
	queueDescriptors = 0x080 / 4,
	queueAvailable = 0x090 / 4,
	queueUsed = 0x0A0 / 4, // low words; high ones follow
	configuration = 0x100, // bytes
};
enum { magic = 0x74726976, modern = 2 };
enum { acknowledged = 1, hasDriver = 2, driverReady = 4, featuresAgreed = 8 }; // status (§2.1)
enum { featureVersion1 = 1 }; // bit 32, so bit 0 of the second word (§6)
enum { descriptorWrite = 2 };

// The PLIC's registers for hart 0 in machine mode (context 0)
#define sourcePriority(source) (*(volatile uint32_t *)(interruptController + 4 * (source)))
#define sourcesEnabled (*(volatile uint32_t *)(interruptController + 0x2000))
#define claim (*(volatile uint32_t *)(interruptController + 0x200004))
enum { firstSource = 1 }; // of the first virtio device

static void barrier(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

bool virtioFind(struct virtio *device, uint32_t type)
{
	for (uint32_t i = 0; i < virtioCount; i++) {
		volatile uint32_t *registers = (volatile uint32_t *)(virtioFirst + i * virtioBytes);
		if (registers[magicValue] != magic || registers[version] != modern || registers[deviceType] != type) continue;
		*device = (struct virtio){.registers = registers, .interrupt = firstSource + i};
		registers[status] = 0;
		return true;
	}
	return false;
}

static void setAddress(volatile uint32_t *low, const void *address)
{
	low[0] = (uint32_t)(uintptr_t)address;
	low[1] = 0;
}

/** The order of steps is §3.1.1's. */
bool virtioStart(struct virtio *device, uint32_t features, struct virtqueue *queues, int queueCount)
{
	volatile uint32_t *registers = device->registers;
	registers[status] = acknowledged;
	registers[status] = acknowledged | hasDriver;

	registers[deviceFeaturesSelect] = 0;
	features &= registers[deviceFeatures];
	registers[driverFeaturesSelect] = 0;
	registers[driverFeatures] = features;
	registers[driverFeaturesSelect] = 1;
	registers[driverFeatures] = featureVersion1;
	registers[status] = acknowledged | hasDriver | featuresAgreed;
	if (!(registers[status] & featuresAgreed)) return false;

	for (int i = 0; i < queueCount; i++) {
		struct virtqueue *queue = &queues[i];
		queue->number = (uint16_t)i;
		queue->device = registers;
		registers[queueSelect] = (uint32_t)i;
		if (registers[queueMost] < queueLength) return false;
		registers[queueCountRegister] = queueLength;
		setAddress(&registers[queueDescriptors], queue->descriptors);
		setAddress(&registers[queueAvailable], &queue->available);
		setAddress(&registers[queueUsed], &queue->used);
		registers[queueReady] = 1;
	}
	registers[status] = acknowledged | hasDriver | featuresAgreed | driverReady;
	return true;
}

uint8_t virtioConfiguration(const struct virtio *device, int offset)
{
	return ((volatile uint8_t *)device->registers)[configuration + offset];
}

void virtioOffer(struct virtqueue *queue, uint16_t id, const void *buffer, size_t bytes, bool deviceWrites)
{
	queue->descriptors[id].address = (uintptr_t)buffer;
	queue->descriptors[id].length = (uint32_t)bytes;
	queue->descriptors[id].flags = deviceWrites ? descriptorWrite : 0;
	queue->available.ring[queue->available.index % queueLength] = id;
	barrier(); // the device sees the entry before the index
	queue->available.index++;
}

void virtioNotify(struct virtqueue *queue)
{
	barrier();
	queue->device[queueNotify] = queue->number;
}

bool virtioTake(struct virtqueue *queue, uint16_t *id, uint32_t *bytes)
{
	if (queue->seen == *(volatile uint16_t *)&queue->used.index) return false;
	barrier(); // the index is read before the entry
	const uint32_t slot = queue->seen++ % queueLength;
	*id = (uint16_t)(queue->used.ring[slot].id % queueLength);
	*bytes = queue->used.ring[slot].length;
	return true;
}

void virtioWakes(const struct virtio *device)
{
	sourcePriority(device->interrupt) = 1;
	sourcesEnabled |= 1u << device->interrupt;
}

void virtioQuiet(const struct virtio *device)
{
	device->registers[interruptAcknowledge] = device->registers[interruptStatus];
	const uint32_t source = claim;
	if (source) claim = source;
}
