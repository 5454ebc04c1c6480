/*
 * System calls that fail on purpose, for tests: preloaded into a process, it stands before the calls of libc.
 * DOWNSPOUT_FAULTS holds rules with commas between them, each CALL:PATH:ERRNO:HOW:TIMES.
 *   CALL   close, fsync, futimens, link, rename, unlink, mkdir, open, write, ftruncate, connect (its path is the IPv4 address)
 *   PATH   what the path must hold, of link and rename the new one; a $ at its end stands for the end of the path
 *   HOW    instead (the call is not made), after (it is made and reported as failed), delayN (made N ms later)
 *   TIMES  how often; 0 for always
 * A descriptor that is closed twice ends the process: its number may be another file's by then.
 * DOWNSPOUT_CALLS names a file that gets a line for each fsync, link, rename, unlink, mkdir and ftruncate.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum how { INSTEAD, AFTER, DELAY };

struct rule {
	char call[16];
	char path[200];
	int error;
	enum how how;
	int delay_ms;
	int always;
	atomic_int left;
};

static struct rule rules[16];
static int rule_count;

__attribute__((constructor)) static void read_rules(void)
{
	const char *text = getenv("DOWNSPOUT_FAULTS");
	char *copy, *save = NULL;
	if (text == NULL) return;
	copy = strdup(text);
	for (char *one = strtok_r(copy, ",", &save); one != NULL && rule_count < 16; one = strtok_r(NULL, ",", &save)) {
		struct rule *rule = &rules[rule_count];
		char how[16];
		int times;
		if (sscanf(one, "%15[^:]:%199[^:]:%d:%15[^:]:%d", rule->call, rule->path, &rule->error, how, &times) != 5) abort();
		rule->how = strcmp(how, "after") == 0 ? AFTER : strncmp(how, "delay", 5) == 0 ? DELAY : INSTEAD;
		if (rule->how == DELAY) rule->delay_ms = atoi(how + 5);
		rule->always = times == 0;
		atomic_store(&rule->left, times);
		rule_count++;
	}
	free(copy);
}

static int matches(const char *pattern, const char *path)
{
	size_t length = strlen(pattern), whole = strlen(path);
	if (length == 0 || pattern[length - 1] != '$') return strstr(path, pattern) != NULL;
	length--;
	return whole >= length && strncmp(path + whole - length, pattern, length) == 0;
}

static void note(const char *call, const char *path)
{
	static const char *const noted[] = { "fsync", "link", "rename", "unlink", "mkdir", "ftruncate" };
	const char *file = getenv("DOWNSPOUT_CALLS");
	char line[4200];
	if (file == NULL) return;
	for (size_t n = 0; n < sizeof noted / sizeof *noted; n++) {
		int fd, length;
		if (strcmp(noted[n], call) != 0) continue;
		length = snprintf(line, sizeof line, "%s %s\n", call, path);
		fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT, 0600);
		if (syscall(SYS_write, fd, line, length) < 0) abort();
		syscall(SYS_close, fd);
	}
}

static struct rule *find(const char *call, const char *path)
{
	note(call, path);
	for (int n = 0; n < rule_count; n++) {
		struct rule *rule = &rules[n];
		if (strcmp(rule->call, call) != 0 || !matches(rule->path, path)) continue;
		if (rule->always || atomic_fetch_sub(&rule->left, 1) > 0) return rule;
	}
	return NULL;
}

static struct rule *find_fd(const char *call, int fd)
{
	char link_path[64], path[4096];
	ssize_t length;
	snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
	length = readlink(link_path, path, sizeof path - 1);
	if (length < 0) return NULL;
	path[length] = 0;
	return find(call, path);
}

static void wait_ms(int ms)
{
	struct timespec time = { ms / 1000, (ms % 1000) * 1000000L };
	nanosleep(&time, NULL);
}

/* Makes the call as the rule says. */
#define FAIL(rule, call) \
	do { \
		if ((rule) != NULL) { \
			if ((rule)->how == DELAY) wait_ms((rule)->delay_ms); \
			if ((rule)->how == AFTER) (void)(call); \
			if ((rule)->how != DELAY) { \
				errno = (rule)->error; \
				return -1; \
			} \
		} \
		return call; \
	} while (0)

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Of what is no descriptor of ours any more. */
static long closed(long result, int fd)
{
	if (result == 0 || errno != EBADF) return result;
	fprintf(stderr, "descriptor %d is closed twice\n", fd);
	abort();
}

int close(int fd)
{
	struct rule *rule = find_fd("close", fd);
	FAIL(rule, (int)closed(REAL(close)(fd), fd));
}

/* libuv closes files by the number of the call. */
long syscall(long number, ...)
{
	long a[6];
	va_list arguments;
	va_start(arguments, number);
	for (int n = 0; n < 6; n++) a[n] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_close) {
		struct rule *rule = find_fd("close", (int)a[0]);
		FAIL(rule, closed(REAL(syscall)(number, a[0]), (int)a[0]));
	}
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int fsync(int fd)
{
	struct rule *rule = find_fd("fsync", fd);
	FAIL(rule, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
	struct rule *rule = find_fd("fsync", fd);
	FAIL(rule, REAL(fdatasync)(fd));
}

int futimens(int fd, const struct timespec times[2])
{
	struct rule *rule = find_fd("futimens", fd);
	FAIL(rule, REAL(futimens)(fd, times));
}

int link(const char *from, const char *to)
{
	struct rule *rule = find("link", to);
	FAIL(rule, REAL(link)(from, to));
}

int rename(const char *from, const char *to)
{
	struct rule *rule = find("rename", to);
	FAIL(rule, REAL(rename)(from, to));
}

int unlink(const char *path)
{
	struct rule *rule = find("unlink", path);
	FAIL(rule, REAL(unlink)(path));
}

int mkdir(const char *path, mode_t mode)
{
	struct rule *rule = find("mkdir", path);
	FAIL(rule, REAL(mkdir)(path, mode));
}

int open64(const char *path, int flags, ...)
{
	struct rule *rule = find("open", path);
	va_list arguments;
	mode_t mode;
	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	FAIL(rule, REAL(open64)(path, flags, mode));
}

int open(const char *path, int flags, ...)
{
	struct rule *rule = find("open", path);
	va_list arguments;
	mode_t mode;
	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	FAIL(rule, REAL(open)(path, flags, mode));
}

ssize_t write(int fd, const void *bytes, size_t count)
{
	struct rule *rule = find_fd("write", fd);
	FAIL(rule, REAL(write)(fd, bytes, count));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	struct rule *rule = find_fd("write", fd);
	FAIL(rule, REAL(pwrite64)(fd, bytes, count, at));
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at)
{
	struct rule *rule = find_fd("write", fd);
	FAIL(rule, REAL(pwritev)(fd, pieces, count, at));
}

int ftruncate64(int fd, off64_t length)
{
	struct rule *rule = find_fd("ftruncate", fd);
	FAIL(rule, REAL(ftruncate64)(fd, length));
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	const struct sockaddr_in *inet = (const struct sockaddr_in *)address.__sockaddr_in__;
	struct rule *rule = NULL;
	char text[INET_ADDRSTRLEN];
	if (inet->sin_family == AF_INET && inet_ntop(AF_INET, &inet->sin_addr, text, sizeof text)) rule = find("connect", text);
	FAIL(rule, REAL(connect)(fd, address, length));
}
