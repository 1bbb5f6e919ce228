/* What the sanitizers must know about Debian's libzmq; included by bus.c only, nothing in other builds. */
#ifndef HEIMO_BUS_SANITIZER_H
#define HEIMO_BUS_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
/* 4.3.4 leaks one command (some 77 bytes) when a connection breaks in the middle of its handshake. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libzmq.so\n";
}
#endif

#if defined(__SANITIZE_THREAD__)
/* It, and the libsodium it encrypts with, are not built with the thread sanitizer, which therefore does not
 * see how they synchronise, nor that they close descriptors whose numbers are then used again. */
const char *__tsan_default_suppressions (void);

const char *
__tsan_default_suppressions (void)
{
  return "called_from_lib:libzmq.so\ncalled_from_lib:libsodium.so\nrace:epoll_ctl\n";
}
#endif

#endif
