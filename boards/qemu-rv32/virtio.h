// Virtio devices over memory-mapped registers (VIRTIO 1.1, §4.2; modern interface only), and their queues.
#ifndef BATON_VIRTIO
#define BATON_VIRTIO

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { virtioNetwork = 1, virtioEntropy = 4 }; // device types (§5)

enum { queueLength = 8 };

struct virtqueue {
	// The three parts that the device reads and writes (§2.6); each aligned as it must be.
	struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags, next;
	} descriptors[queueLength] __attribute__((aligned(16)));
	struct {
		uint16_t flags, index, ring[queueLength], event;
	} available __attribute__((aligned(2)));
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, length;
		} ring[queueLength];
		uint16_t event;
	} used __attribute__((aligned(4)));
	uint16_t seen; // used.index up to which we have taken
	uint16_t number; // of the queue in its device
	volatile uint32_t *device;
};

struct virtio {
	volatile uint32_t *registers;
	uint32_t interrupt; // its source at the interrupt controller
};

/** Finds the first device of a type and resets it. False: there is none. */
bool virtioFind(struct virtio *device, uint32_t type);

/** Takes the wanted ones of the first 32 features, as far as offered, and sets the queues up. False: it refuses. */
bool virtioStart(struct virtio *device, uint32_t features, struct virtqueue *queues, int queueCount);

/** A byte of the device's configuration. */
uint8_t virtioConfiguration(const struct virtio *device, int offset);

/** Hands buffer `id` (0 to queueLength - 1) to the device, to be read or to be written by it. */
void virtioOffer(struct virtqueue *queue, uint16_t id, const void *buffer, size_t bytes, bool deviceWrites);

/** Tells the device of what was offered. */
void virtioNotify(struct virtqueue *queue);

/** Takes back the next buffer that the device is done with. False: none. `bytes`: as many as it wrote. */
bool virtioTake(struct virtqueue *queue, uint16_t *id, uint32_t *bytes);

/** Lets the device's interrupts end a sleep; `virtioQuiet` before looking at the queues makes room for the next one. */
void virtioWakes(const struct virtio *device);
void virtioQuiet(const struct virtio *device);

#endif
