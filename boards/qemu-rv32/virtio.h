// Virtio devices over memory-mapped registers (VIRTIO 1.1, §4.2; modern interface only), and their queues.
#ifndef BATON_VIRTIO
#define BATON_VIRTIO

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIRTIO_NETWORK = 1, VIRTIO_ENTROPY = 4 }; // device types (§5)

enum { QUEUE_LENGTH = 8 };

typedef struct {
	// The three parts that the device reads and writes (§2.6); each aligned as it must be.
	struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags, next;
	} descriptors[QUEUE_LENGTH] __attribute__((aligned(16)));
	struct {
		uint16_t flags, index, ring[QUEUE_LENGTH], event;
	} available __attribute__((aligned(2)));
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, length;
		} ring[QUEUE_LENGTH];
		uint16_t event;
	} used __attribute__((aligned(4)));
	uint16_t seen; // used.index up to which we have taken
	uint16_t number; // of the queue in its device
	volatile uint32_t *device;
} Virtqueue;

typedef struct {
	volatile uint32_t *registers;
	uint32_t interrupt; // its source at the interrupt controller
} Virtio;

/** Finds the first device of a type and resets it. False: there is none. */
bool virtio_find(Virtio *device, uint32_t type);

/** Takes the wanted ones of the first 32 features, as far as offered, and sets the queues up. False: it refuses. */
bool virtio_start(Virtio *device, uint32_t features, Virtqueue *queues, int queue_count);

/** A byte of the device's configuration. */
uint8_t virtio_configuration(const Virtio *device, int offset);

/** Hands buffer `id` (0 to QUEUE_LENGTH - 1) to the device, to be read or to be written by it. */
void virtio_offer(Virtqueue *queue, uint16_t id, const void *buffer, size_t bytes, bool device_writes);

/** Tells the device of what was offered. */
void virtio_notify(Virtqueue *queue);

/** Takes back the next buffer that the device is done with. False: none. `bytes`: as many as it wrote. */
bool virtio_take(Virtqueue *queue, uint16_t *id, uint32_t *bytes);

/** Lets the device's interrupts end a sleep; `virtio_quiet` before looking at the queues makes room for the next one. */
void virtio_wakes(const Virtio *device);
void virtio_quiet(const Virtio *device);

#endif
