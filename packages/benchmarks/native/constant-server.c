/*
 * Answers Hot Rod requests, and GETs of HTTP, with constants at almost no cost, so that whatever talks to it is the bottleneck.
 * What it speaks it hears from the first byte of a connection: A0 is Hot Rod, a letter is HTTP. It prints its port, and ends
 * when its standard input does. serve-stub.ts answers alike where there is no C compiler.
 *
 *   Hot Rod: get, getWithMetadata, put, getAll, iterationStart / Next / End, ping; versions 2.8 to 4.1.
 *     The first letter of a key says how long its value is: a 100 B, b 1 KiB, c 64 KiB, d 16 MiB, e 64 MiB.
 *     An iteration brings ITERATION_ENTRIES entries of 100 B.
 *   HTTP: any GET is answered 200 with `Version: 1` and a body of 100 B.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIB 1024u
#define MIB (1024u * KIB)
#define LARGEST_VALUE (64 * MIB)
#define ITERATION_ENTRIES 20000u
#define SEND_AT_LEAST (256 * KIB)
#define BROKEN ((size_t)-1)

enum { PUT = 0x01, GET = 0x03, PING = 0x17, GET_WITH_METADATA = 0x1b, GET_ALL = 0x2f, START = 0x31, NEXT = 0x33, END = 0x35 };

static unsigned char *values;

typedef struct {
  int socket;
  unsigned char *in, *out;
  size_t in_length, in_size, out_length, out_size;
  unsigned batch, entries_left;
  /* The first byte that came. */
  unsigned char protocol;
} connection;

static int http_connections;

typedef struct {
  const unsigned char *bytes;
  size_t length, at;
  int short_of_bytes;
} reader;

static unsigned read_u8(reader *r) {
  if (r->at >= r->length) {
    r->short_of_bytes = 1;
    return 0;
  }
  return r->bytes[r->at++];
}

static uint64_t read_variable(reader *r) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    unsigned byte = read_u8(r);
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

static const unsigned char *skip(reader *r, uint64_t count) {
  const unsigned char *from = r->bytes + r->at;
  if (count > r->length - r->at) {
    r->short_of_bytes = 1;
    r->at = r->length;
  } else {
    r->at += count;
  }
  return from;
}

static void skip_media_type(reader *r) {
  unsigned definition = read_u8(r);
  if (definition == 0) return;
  uint64_t number = read_variable(r);
  if (definition == 2) skip(r, number);
  for (uint64_t left = 2 * read_variable(r); left > 0 && !r->short_of_bytes; left--) skip(r, read_variable(r));
}

static int send_all(connection *c, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(c->socket, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) return 0;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 1;
}

static int flush(connection *c) {
  int sent = send_all(c, c->out, c->out_length);
  c->out_length = 0;
  return sent;
}

static void reserve(connection *c, size_t count) {
  if (c->out_length + count <= c->out_size) return;
  c->out_size = (c->out_length + count) * 2;
  c->out = realloc(c->out, c->out_size);
}

static void put_u8(connection *c, unsigned byte) { c->out[c->out_length++] = (unsigned char)byte; }

static void put_variable(connection *c, uint64_t value) {
  for (; value >= 0x80; value >>= 7) put_u8(c, (value & 0x7f) | 0x80);
  put_u8(c, (unsigned)value);
}

static void put_bytes(connection *c, const void *bytes, size_t length) {
  reserve(c, length + 512);
  memcpy(c->out + c->out_length, bytes, length);
  c->out_length += length;
}

static int put_value(connection *c, size_t length) {
  put_variable(c, length);
  if (length < 64 * KIB) {
    put_bytes(c, values, length);
    return 1;
  }
  return flush(c) && send_all(c, values, length);
}

static size_t value_length(unsigned char letter) {
  switch (letter) {
    case 'b': return KIB;
    case 'c': return 64 * KIB;
    case 'd': return 16 * MIB;
    case 'e': return 64 * MIB;
    default: return 100;
  }
}

static void begin_reply(connection *c, uint64_t id, unsigned opcode) {
  reserve(c, 512);
  put_u8(c, 0xa1);
  put_variable(c, id);
  put_u8(c, opcode + 1);
  put_u8(c, 0);
  put_u8(c, 0);
}

static void put_batch(connection *c) {
  unsigned count = c->entries_left < c->batch ? c->entries_left : c->batch;
  put_u8(c, 0);
  put_variable(c, count);
  if (count > 0) put_variable(c, 1);
  for (unsigned at = 0; at < count; at++) {
    char key[17];
    snprintf(key, sizeof key, "a-bench-%08u", c->entries_left - at);
    put_u8(c, 0);
    put_u8(c, 16);
    put_bytes(c, key, 16);
    put_u8(c, 100);
    put_bytes(c, values, 100);
  }
  c->entries_left -= count;
}

/* Answers the request at the front; how long it is, 0 where more of it must come, BROKEN where it is none. */
static size_t answer_hot_rod(connection *c, const unsigned char *bytes, size_t length) {
  reader r = {bytes, length, 0, 0};
  if (read_u8(&r) != 0xa0) return BROKEN;
  uint64_t id = read_variable(&r);
  unsigned version = read_u8(&r), opcode = read_u8(&r);
  skip(&r, read_variable(&r));
  read_variable(&r);
  read_u8(&r);
  read_variable(&r);
  if (version >= 28) {
    skip_media_type(&r);
    skip_media_type(&r);
  }
  if (version >= 40) {
    for (uint64_t left = 2 * read_variable(&r); left > 0 && !r.short_of_bytes; left--) skip(&r, read_variable(&r));
  }
  const unsigned char *key = 0;
  size_t keys_at = 0;
  uint64_t count = 0;
  switch (opcode) {
    case PING: break;
    case PUT:
      skip(&r, read_variable(&r));
      for (unsigned units = 0x100 | read_u8(&r), nibble = 0; nibble < 2; nibble++) {
        if (((units >> (4 - 4 * nibble)) & 0x0f) < 7) read_variable(&r);
      }
      skip(&r, read_variable(&r));
      break;
    case GET:
    case GET_WITH_METADATA: key = skip(&r, read_variable(&r)); break;
    case GET_ALL:
      count = read_variable(&r);
      keys_at = r.at;
      for (uint64_t left = count; left > 0 && !r.short_of_bytes; left--) skip(&r, read_variable(&r));
      break;
    case START: {
      uint64_t segments = read_variable(&r);
      if (segments != 1) skip(&r, segments >> 1);
      if (read_variable(&r) != 1) return BROKEN;
      unsigned batch = (unsigned)read_variable(&r);
      read_u8(&r);
      if (!r.short_of_bytes) {
        c->batch = batch;
        c->entries_left = ITERATION_ENTRIES;
      }
      break;
    }
    case NEXT:
    case END: skip(&r, read_variable(&r)); break;
    default: fprintf(stderr, "opcode %u is not answered here\n", opcode); return BROKEN;
  }
  if (r.short_of_bytes) return 0;
  begin_reply(c, id, opcode);
  switch (opcode) {
    case PING:
      put_u8(c, 0);
      put_u8(c, 0);
      if (version >= 30) {
        put_u8(c, 41);
        put_u8(c, 4);
        put_bytes(c, "\0\x01\0\x03\0\x17\0\x1b", 8);
      }
      break;
    case GET_WITH_METADATA:
      put_bytes(c, "\x03\0\0\0\x01\0\0\0\x02", 9);
      return put_value(c, value_length(key[0])) ? r.at : BROKEN;
    case GET: return put_value(c, value_length(key[0])) ? r.at : BROKEN;
    case GET_ALL: {
      size_t end = r.at;
      put_variable(c, count);
      r.at = keys_at;
      while (count-- > 0) {
        uint64_t key_length = read_variable(&r);
        const unsigned char *one = skip(&r, key_length);
        put_variable(c, key_length);
        put_bytes(c, one, key_length);
        put_u8(c, 100);
        put_bytes(c, values, 100);
        if (c->out_length >= SEND_AT_LEAST && !flush(c)) return BROKEN;
      }
      return end;
    }
    case START:
      put_u8(c, 1);
      put_u8(c, '0');
      break;
    case NEXT: put_batch(c); break;
  }
  return r.at;
}

static int is_hot_rod(connection *c) {
  if (c->protocol == 0) c->protocol = c->in[0];
  return c->protocol == 0xa0;
}

static size_t answer_http(connection *c, const unsigned char *bytes, size_t length) {
  static const char head[] = "HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n";
  const unsigned char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (end == 0) return 0;
  put_bytes(c, head, sizeof head - 1);
  put_bytes(c, values, 100);
  return (size_t)(end - bytes) + 4;
}

/* Reads once and answers all whole requests that came; 0 when the connection is over. */
static int serve_once(connection *c) {
  if (c->in_size - c->in_length < 64 * KIB) c->in = realloc(c->in, c->in_size *= 2);
  ssize_t received = recv(c->socket, c->in + c->in_length, c->in_size - c->in_length, 0);
  if (received <= 0) return 0;
  c->in_length += (size_t)received;
  size_t done = 0, taken = 0;
  while (done < c->in_length) {
    taken = (is_hot_rod(c) ? answer_hot_rod : answer_http)(c, c->in + done, c->in_length - done);
    if (taken == 0 || taken == BROKEN) break;
    done += taken;
    if (c->out_length >= SEND_AT_LEAST && !flush(c)) taken = BROKEN;
  }
  if (taken == BROKEN || !flush(c)) return 0;
  memmove(c->in, c->in + done, c->in_length - done);
  c->in_length -= done;
  return 1;
}

static void end(connection *c) {
  close(c->socket);
  free(c->in);
  free(c->out);
  free(c);
}

/* Hot Rod has a connection for many callers, and a thread for each. HTTP has many connections, and one thread for all of them, as a
 * worker of nginx does: with threads of their own each question would have to wake one. */
static void *serve(void *given) {
  connection *c = calloc(1, sizeof *c);
  *c = (connection){.socket = (int)(intptr_t)given, .in_size = 256 * KIB, .out_size = 256 * KIB};
  c->in = malloc(c->in_size);
  c->out = malloc(c->out_size);
  while (serve_once(c)) {
    if (is_hot_rod(c)) continue;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(http_connections, EPOLL_CTL_ADD, c->socket, &event) == 0) return 0;
    break;
  }
  end(c);
  return 0;
}

static void *serve_http(void *unused) {
  struct epoll_event events[64];
  for (;;) {
    int count = epoll_wait(http_connections, events, 64, -1);
    for (int at = 0; at < count; at++) {
      if (!serve_once(events[at].data.ptr)) end(events[at].data.ptr);
    }
  }
  return unused;
}

static void *accept_all(void *given) {
  int listener = (int)(intptr_t)given, yes = 1;
  for (;;) {
    int socket = accept(listener, 0, 0);
    if (socket < 0) continue;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    pthread_t thread;
    pthread_create(&thread, 0, serve, (void *)(intptr_t)socket);
    pthread_detach(thread);
  }
  return 0;
}

int main(void) {
  values = malloc(LARGEST_VALUE);
  memset(values, 'v', LARGEST_VALUE);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 128) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    perror("constant-server");
    return 1;
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  http_connections = epoll_create1(0);
  pthread_t thread;
  pthread_create(&thread, 0, serve_http, 0);
  pthread_create(&thread, 0, accept_all, (void *)(intptr_t)listener);
  while (getchar() != EOF) continue;
  return 0;
}
