/* Accept, Accept-Encoding and Accept-Language: how much the client wants something. Pure. */
#ifndef HEIMO_GATEWAY_ACCEPT_H
#define HEIMO_GATEWAY_ACCEPT_H

/* The weight, 0 to 1,000, that the header field (NULL: absent) gives to `value`: "text/csv", "br". The most
 * specific range counts: the value itself, then "text" + "/" + "*", then the range for everything. An absent
 * field gives 1,000 to all. A parameter other than q is passed over. */
int accept_weight (const char *header, const char *value);

/* The language, of a NULL-terminated list, that an Accept-Language field (NULL: absent) wants most; of equals
 * the one named first. Only the primary subtag counts: "sv-FI" wants "sv". None of them, or "*": the first of
 * the list. */
const char *accept_language (const char *header, const char *const *languages);

#endif
