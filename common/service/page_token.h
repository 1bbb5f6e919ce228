/* Page tokens: where a list goes on, sealed so that a client can neither read nor change it.
 *
 * A token holds the values of the last row's sort key. It is bound to a scope (who asks, and everything asked
 * for except the page) and expires, so a token that is sent with other filters, by somebody else or after a
 * day is refused. libsodium secretbox with a random nonce, base64url without padding. Pure functions over
 * bytes; any thread. sodium_init must have been called.
 *
 *   PageScope scope = page_token_scope (call->context, principal, &request->base);
 *   status = page_token_open (call->context, key, scope, request->page_token, now, &values, &count);
 *   ...
 *   reply->next_page_token = page_token_seal (call->context, key, scope, (const char *[]){name, id}, 2, now);
 */
#ifndef HEIMO_SERVICE_PAGE_TOKEN_H
#define HEIMO_SERVICE_PAGE_TOKEN_H

#include "core/memory.h"
#include "core/status.h"

enum {
  PAGE_TOKEN_KEY_SIZE = 32,
  PAGE_TOKEN_SCOPE_SIZE = 16,
  PAGE_TOKEN_VALUES_MAX = 8,
  PAGE_TOKEN_LENGTH_MAX = 1000, /* characters, what the contracts allow */
  PAGE_TOKEN_LIFE_SECONDS = 24 * 60 * 60
};

/* The key of a service; the same for all its replicas. */
typedef struct PageTokenKey {
  uint8_t bytes[PAGE_TOKEN_KEY_SIZE];
} PageTokenKey;

/* What a token is good for. */
typedef struct PageScope {
  uint8_t bytes[PAGE_TOKEN_SCOPE_SIZE];
} PageScope;

/* Derives the key from a secret of any length, e.g. the bytes of a key file: other uses of the same secret
 * get unrelated keys. */
PageTokenKey page_token_key (Bytes secret);

/* The scope of a list request: its type and fields without page_size and page_token, and the principal's
 * subject (NULL counts as empty). `request` is not changed. */
PageScope page_token_scope (const char *subject, const ProtobufCMessage *request);

/* Seals the values (none NULL, at most PAGE_TOKEN_VALUES_MAX) of the last row; `now` in seconds since 1970.
 * The values together must leave the token within PAGE_TOKEN_LENGTH_MAX, about 650 bytes; aborts otherwise:
 * cut sort keys before. Owned by `owner`. */
char *page_token_seal (void *owner, const PageTokenKey *key, PageScope scope, const char *const *values,
                       size_t count, int64_t now);

/* Opens a token. An empty token gives no values and succeeds: the first page. `expected` is how many values
 * the caller sealed. Fails with a violation of "pageToken": PAGE_TOKEN_INVALID (damaged, of another key,
 * scope or number of values) or PAGE_TOKEN_EXPIRED. *values is owned by `owner`, NULL for the first page. */
Status page_token_open (void *owner, const PageTokenKey *key, PageScope scope, const char *token,
                        size_t expected, int64_t now, const char *const **values) MUST_CHECK;

#endif
