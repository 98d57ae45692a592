/*
 * Two things about BlueZ's emulator. It opens AF_ALG sockets for its link keys and drops every client where the kernel
 * has none: the bench never pairs on the link layer, so a descriptor that leads nowhere does as well. And its own
 * sockets have a fixed place, so that two benches would meet: BT_SERVER_FOLDER gives each its own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FIXED "/tmp/bt-server-"

int socket(int domain, int type, int protocol) {
  int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
  return domain == AF_ALG ? open("/dev/null", O_RDWR) : real(domain, type, protocol);
}

int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  const char *folder = getenv("BT_SERVER_FOLDER");
  if (address->sa_family == AF_ALG) return 0;
  if (address->sa_family == AF_UNIX && folder != NULL) {
    const struct sockaddr_un *named = (const struct sockaddr_un *)address;
    if (strncmp(named->sun_path, FIXED, strlen(FIXED)) == 0) {
      struct sockaddr_un moved = {.sun_family = AF_UNIX};
      snprintf(moved.sun_path, sizeof moved.sun_path, "%s/%s", folder, named->sun_path + strlen(FIXED));
      return real(descriptor, (struct sockaddr *)&moved, sizeof moved);
    }
  }
  return real(descriptor, address, length);
}
