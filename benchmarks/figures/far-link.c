// A network in user space: packets to 10.9.0.2 come back, later, to 10.9.0.1 as if from there. Real TCP over a long way.
//
//     far-link NAME PORT DELAY_MS BYTES_PER_SECOND
//
// Makes the TUN device NAME. Each way takes half of DELAY_MS; what comes from PORT of a server shares a line of that
// many bytes a second (0: no limit), with a queue of 200 ms, beyond which packets are dropped. Swapping the two addresses
// of a packet changes none of its checksums.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { slots = 65536, most = 2048 };
static const uint64_t longest_queue = 200000000;

struct packet { uint64_t due; uint16_t length; unsigned char bytes[most]; };
struct way { struct packet *ring; uint32_t head, tail; uint64_t free; uint64_t per_second; };

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int open_device(const char *name) {
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0) return -1;
	struct ifreq request;
	memset(&request, 0, sizeof request);
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -1 : fd;
}

// The packet turns round; what is for nobody here is lost, as with a host that is silent.
static int turn(unsigned char *bytes, int length) {
	if (length < 40 || bytes[0] >> 4 != 4) return 0;
	uint32_t to;
	memcpy(&to, bytes + 16, 4);
	if (to != htonl(0x0a090002)) return 0;
	memcpy(bytes + 16, bytes + 12, 4);
	memcpy(bytes + 12, &to, 4);
	return 1;
}

static void take(struct way *way, const unsigned char *bytes, int length, uint64_t delay) {
	uint64_t at = now();
	uint64_t free = way->free > at ? way->free : at;
	if (way->per_second) free += (uint64_t)length * 1000000000u / way->per_second;
	if (free - at > longest_queue || way->tail - way->head == slots) return;
	way->free = free;
	struct packet *packet = &way->ring[way->tail++ % slots];
	packet->due = free + delay;
	packet->length = (uint16_t)length;
	memcpy(packet->bytes, bytes, (size_t)length);
}

static uint64_t give(int fd, struct way *way) {
	for (; way->head != way->tail; way->head++) {
		struct packet *packet = &way->ring[way->head % slots];
		if (packet->due > now()) return packet->due;
		if (write(fd, packet->bytes, packet->length) < 0 && errno == EAGAIN) return now() + 100000;
	}
	return UINT64_MAX;
}

int main(int count, char **args) {
	if (count != 5) return 2;
	int fd = open_device(args[1]);
	if (fd < 0) return perror("far-link"), 1;
	unsigned port = (unsigned)atoi(args[2]);
	uint64_t delay = (uint64_t)(atof(args[3]) * 500000);
	struct way ways[2] = {{0}, {0}};
	for (int n = 0; n < 2; n++) ways[n].ring = malloc(sizeof(struct packet) * slots);
	ways[1].per_second = strtoull(args[4], 0, 10);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		unsigned char bytes[most];
		int length;
		while ((length = (int)read(fd, bytes, sizeof bytes)) > 0) {
			unsigned from = length < 40 ? 0 : (unsigned)bytes[(bytes[0] & 15) * 4] << 8 | bytes[(bytes[0] & 15) * 4 + 1];
			if (turn(bytes, length)) take(&ways[from == port], bytes, length, delay);
		}
		uint64_t first = give(fd, &ways[0]), second = give(fd, &ways[1]);
		uint64_t due = first < second ? first : second, at = now();
		struct timespec wait = {3600, 0};
		if (due != UINT64_MAX) {
			uint64_t ns = due > at ? due - at : 0;
			wait.tv_sec = (time_t)(ns / 1000000000u);
			wait.tv_nsec = (long)(ns % 1000000000u);
		}
		struct pollfd ready = {fd, POLLIN, 0};
		ppoll(&ready, 1, &wait, 0);
	}
}
