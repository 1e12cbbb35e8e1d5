/* A volume plugin for tests: small, static, real.
 *
 *   volume_plugin SOCKET VOLUMES
 *
 * Answers Docker's plugin protocol (HTTP over the unix socket SOCKET) with a
 * driver whose volumes are directories in VOLUMES: Create makes one, Mount mounts a
 * tmpfs of 64 KiB upon it and writes "mounted" into the file "state" there,
 * Unmount and Remove take both away. VOLUMES is a plugin's propagatedMount, so
 * the mounts show on the host. One request at a time, one per connection.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *g_volumes;

static void Die(const char *what) {
  perror(what);
  exit(1);
}

/* Copies the string member `key` of a flat JSON object; no escapes. */
static int Member(const char *json, const char *key, char *value, size_t size) {
  char quoted[64];
  snprintf(quoted, sizeof(quoted), "\"%s\"", key);
  const char *at = strstr(json, quoted);
  if (at == NULL) return 0;
  at += strlen(quoted);
  at += strspn(at, " \t\r\n");
  if (*at++ != ':') return 0;
  at += strspn(at, " \t\r\n");
  if (*at++ != '"') return 0;
  size_t length = strcspn(at, "\"\\");
  if (at[length] != '"' || length == 0 || length >= size) return 0;
  memcpy(value, at, length);
  value[length] = '\0';
  return 1;
}

/* Reads one request; returns its body, or NULL. `buffer` is changed. */
static char *ReadRequest(int fd, char *buffer, size_t size, char *method) {
  size_t length = 0;
  char *body = NULL;
  size_t wanted = 0;
  while (length + 1 < size) {
    ssize_t count = read(fd, buffer + length, size - 1 - length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    length += (size_t)count;
    buffer[length] = '\0';
    if (body == NULL) {
      char *end = strstr(buffer, "\r\n\r\n");
      if (end == NULL) continue;
      body = end + 4;
      if (strcasestr(buffer, "\nexpect: 100-continue") != NULL) {
        static const char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
        if (write(fd, kContinue, sizeof(kContinue) - 1) < 0) return NULL;
      }
      char *header = strcasestr(buffer, "\ncontent-length:");
      if (header != NULL) wanted = strtoul(header + 16, NULL, 10);
    }
    if (length - (size_t)(body - buffer) >= wanted) break;
  }
  if (body == NULL || sscanf(buffer, "POST /%63s", method) != 1) return NULL;
  return body;
}

static void Reply(int fd, int status, const char *json) {
  char head[256];
  int length = snprintf(head, sizeof(head),
                        "HTTP/1.1 %d %s\r\n"
                        "Content-Type: application/vnd.docker.plugins.v1.2+json\r\n"
                        "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                        status, status == 200 ? "OK" : "Error", strlen(json));
  if (write(fd, head, (size_t)length) < 0 ||
      write(fd, json, strlen(json)) < 0) {
    perror("reply");
  }
}

static void ReplyError(int fd, const char *what) {
  char json[8192];
  snprintf(json, sizeof(json), "{\"Err\": \"%s: %s\"}", what, strerror(errno));
  Reply(fd, 500, json);
}

static int IsMounted(const char *path) {
  struct stat here, above;
  char parent[4096];
  snprintf(parent, sizeof(parent), "%s/..", path);
  return stat(path, &here) == 0 && stat(parent, &above) == 0 &&
         here.st_dev != above.st_dev;
}

static void Volume(int fd, const char *name) {
  char path[4096], json[16384];
  snprintf(path, sizeof(path), "%s/%s", g_volumes, name);
  if (access(path, F_OK) != 0) {
    ReplyError(fd, name);
    return;
  }
  snprintf(json, sizeof(json),
           "{\"Volume\": {\"Name\": \"%s\", \"Mountpoint\": \"%s\"}, "
           "\"Mountpoint\": \"%s\", \"Err\": \"\"}",
           name, path, path);
  Reply(fd, 200, json);
}

static void List(int fd) {
  char json[65536];
  size_t length = (size_t)snprintf(json, sizeof(json), "{\"Volumes\": [");
  DIR *directory = opendir(g_volumes);
  if (directory == NULL) {
    ReplyError(fd, g_volumes);
    return;
  }
  const char *comma = "";
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.' || length + 8192 > sizeof(json)) continue;
    length += (size_t)snprintf(json + length, sizeof(json) - length,
                               "%s{\"Name\": \"%s\", \"Mountpoint\": \"%s/%s\"}",
                               comma, entry->d_name, g_volumes, entry->d_name);
    comma = ", ";
  }
  closedir(directory);
  snprintf(json + length, sizeof(json) - length, "], \"Err\": \"\"}");
  Reply(fd, 200, json);
}

static void Mount(int fd, const char *name) {
  char path[4096], file[4200];
  snprintf(path, sizeof(path), "%s/%s", g_volumes, name);
  if (!IsMounted(path)) {
    if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0) {
      ReplyError(fd, "mount");
      return;
    }
    snprintf(file, sizeof(file), "%s/state", path);
    FILE *state = fopen(file, "w");
    if (state == NULL || fputs("mounted\n", state) < 0 || fclose(state) != 0) {
      ReplyError(fd, file);
      return;
    }
  }
  Volume(fd, name);
}

static void Answer(int fd) {
  static char buffer[65536];
  char method[64], name[256], path[4096];
  const char *body = ReadRequest(fd, buffer, sizeof(buffer), method);
  if (body == NULL) return;
  fprintf(stderr, "%s %s\n", method, body);
  if (strcmp(method, "Plugin.Activate") == 0) {
    Reply(fd, 200, "{\"Implements\": [\"VolumeDriver\"]}");
    return;
  }
  if (strcmp(method, "VolumeDriver.Capabilities") == 0) {
    Reply(fd, 200, "{\"Capabilities\": {\"Scope\": \"local\"}}");
    return;
  }
  if (strcmp(method, "VolumeDriver.List") == 0) {
    List(fd);
    return;
  }
  if (!Member(body, "Name", name, sizeof(name)) || strchr(name, '/') != NULL ||
      name[0] == '.') {
    errno = EINVAL;
    ReplyError(fd, "Name");
    return;
  }
  snprintf(path, sizeof(path), "%s/%s", g_volumes, name);
  if (strcmp(method, "VolumeDriver.Create") == 0) {
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
      ReplyError(fd, "mkdir");
    } else {
      Reply(fd, 200, "{\"Err\": \"\"}");
    }
  } else if (strcmp(method, "VolumeDriver.Get") == 0 ||
             strcmp(method, "VolumeDriver.Path") == 0) {
    Volume(fd, name);
  } else if (strcmp(method, "VolumeDriver.Mount") == 0) {
    Mount(fd, name);
  } else if (strcmp(method, "VolumeDriver.Unmount") == 0) {
    if (IsMounted(path) && umount2(path, MNT_DETACH) != 0) {
      ReplyError(fd, "umount");
    } else {
      Reply(fd, 200, "{\"Err\": \"\"}");
    }
  } else if (strcmp(method, "VolumeDriver.Remove") == 0) {
    if (rmdir(path) != 0) {
      ReplyError(fd, "rmdir");
    } else {
      Reply(fd, 200, "{\"Err\": \"\"}");
    }
  } else {
    errno = ENOSYS;
    ReplyError(fd, method);
  }
}

static void Stop(int signal) {
  (void)signal;
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: volume_plugin SOCKET VOLUMES\n");
    return 2;
  }
  g_volumes = argv[2];
  /* As process 1 it gets no signal that it does not ask for. */
  signal(SIGTERM, Stop);
  signal(SIGINT, Stop);
  signal(SIGPIPE, SIG_IGN);

  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(argv[1]) >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    Die(argv[1]);
  }
  strcpy(address.sun_path, argv[1]);
  unlink(argv[1]);
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0) Die("socket");
  if (bind(server, (struct sockaddr *)&address, sizeof(address)) != 0) {
    Die(argv[1]);
  }
  if (listen(server, 16) != 0) Die("listen");
  while (1) {
    const int client = accept(server, NULL, NULL);
    if (client < 0) {
      if (errno == EINTR) continue;
      Die("accept");
    }
    Answer(client);
    close(client);
  }
}
