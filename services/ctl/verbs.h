/* What heimoctl can do: a table of verbs and a table of options. Arguments are read, and help, man page and
 * completion are written from these two tables and from nothing else, so they cannot disagree. Static data.
 */
#ifndef HEIMO_CTL_VERBS_H
#define HEIMO_CTL_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"
#include "core/status.h"

/* How heimoctl ends. */
typedef enum CtlExit {
  CTL_GOOD = 0,
  CTL_FOUND = 1,      /* something was found, or was refused */
  CTL_USAGE = 2,      /* the arguments or the configuration are wrong; nothing was asked */
  CTL_UNREACHABLE = 3 /* a service did not answer */
} CtlExit;

/* What exits mean, for documents. */
typedef struct ExitText {
  CtlExit code;
  const char *meaning;
} ExitText;

extern const ExitText exit_texts[];
extern const size_t exit_text_count;

typedef struct Verb Verb;
typedef struct Ctl Ctl; /* ctl.h */

/* What the command line said. Defaults are filled in. */
typedef struct Arguments {
  const Verb *verb;    /* NULL: only help or version was asked for */
  const char *operand; /* NULL: none */
  bool help;
  bool version;
  bool json;
  bool follow;
  bool lanes;
  bool outcomes;
  bool all;
  const char *service; /* NULL: all */
  const char *type;    /* "": all */
  const char *state;   /* "": all */
  const char *reason;  /* NULL: not given */
  int64_t timeout_s;
  int64_t limit;
} Arguments;

/* What an option takes; says the type of its member. */
typedef enum OptionKind {
  OPTION_FLAG,   /* nothing: bool */
  OPTION_NUMBER, /* a whole number in [minimum, maximum]: int64_t */
  OPTION_TEXT,   /* any text: const char * */
  OPTION_CHOICE, /* one of `choices`: const char * */
  OPTION_SERVICE /* the name of a service: const char * */
} OptionKind;

typedef struct Option {
  const char *name;  /* "--timeout" */
  const char *value; /* what documents call its value, "SECONDS"; NULL for a flag */
  OptionKind kind;
  size_t offset; /* in Arguments */
  int64_t minimum, maximum;
  const char *const *choices; /* ends with NULL */
  const char *help;
} Option;

/* Indexes into `options`; a verb has a mask of (1u << id). */
typedef enum OptionId {
  OPTION_ID_SERVICE,
  OPTION_ID_TIMEOUT,
  OPTION_ID_JSON,
  OPTION_ID_LANES,
  OPTION_ID_FOLLOW,
  OPTION_ID_LIMIT,
  OPTION_ID_TYPE,
  OPTION_ID_STATE,
  OPTION_ID_OUTCOMES,
  OPTION_ID_ALL,
  OPTION_ID_REASON,
  OPTION_ID_HELP,
  OPTION_ID_COUNT
} OptionId;

extern const Option options[OPTION_ID_COUNT];

/* Whether a verb has an operand. */
typedef enum OperandRule { OPERAND_NONE, OPERAND_OPTIONAL, OPERAND_REQUIRED } OperandRule;

/* What must be there before a verb can begin. */
typedef enum VerbNeed {
  NEED_NOTHING,   /* it speaks to nobody */
  NEED_DOCTOR,    /* the bus if it can be had: what is missing is a finding */
  NEED_BUS,       /* the bus */
  NEED_FEDERATION /* the bus, and HEIMO_FEDERATION */
} VerbNeed;

struct Verb {
  const char *name; /* "runs" */
  const char *sub;  /* "show"; NULL: the verb on its own */
  OperandRule rule;
  const char *operand;        /* what documents call it, "RUN"; NULL: none */
  const char *const *choices; /* of the operand; NULL: any */
  unsigned options;           /* mask */
  VerbNeed need;
  const char *summary;     /* one line */
  const char *description; /* whole sentences */
  CtlExit (*run) (Ctl *ctl);
};

extern const Verb verbs[];
extern const size_t verb_count;

/* "runs show", on `owner`. */
const char *verb_title (void *owner, const Verb *verb);

/* Fills *arguments from the command line, on `owner`. INVALID_ARGUMENT with the argument that is wrong as the
 * field. `services`: the names that --service takes. */
Status arguments_read (void *owner, int argc, char **argv, const char *const *services, size_t service_count,
                       Arguments *arguments) MUST_CHECK;

#endif
