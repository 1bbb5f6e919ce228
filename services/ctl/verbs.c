/* The tables of verbs and options. */
#include "services/ctl/verbs.h"

#include "services/ctl/ctl.h"
#include "services/ctl/documents.h"

const ExitText exit_texts[] = {
    {CTL_GOOD, "All is well, and what was asked for is done."},
    {CTL_FOUND,
     "Something is wrong: a service is not ready, doctor found an error, a run failed, or what was asked "
     "for was refused."},
    {CTL_USAGE, "The arguments or the configuration are wrong; nothing was asked."},
    {CTL_UNREACHABLE, "A service did not answer in time."},
};
const size_t exit_text_count = sizeof exit_texts / sizeof *exit_texts;

#define MEMBER(member) offsetof (Arguments, member)

static const char *const states[] = {"queued", "running", "succeeded", "failed", "cancelled", NULL};

const Option options[OPTION_ID_COUNT] = {
    [OPTION_ID_SERVICE] = {"--service", "NAME", OPTION_SERVICE, MEMBER (service), 0, 0, NULL,
                           "Only this service; otherwise all of them."},
    [OPTION_ID_TIMEOUT] = {"--timeout", "SECONDS", OPTION_NUMBER, MEMBER (timeout_s), 1, 600, NULL,
                           "How long to wait for an answer; 3 if not given."},
    [OPTION_ID_JSON] = {"--json", NULL, OPTION_FLAG, MEMBER (json), 0, 0, NULL,
                        "One JSON object a line instead of a table."},
    [OPTION_ID_LANES] = {"--lanes", NULL, OPTION_FLAG, MEMBER (lanes), 0, 0, NULL,
                         "Each lane of the event logs too."},
    [OPTION_ID_FOLLOW] = {"--follow", NULL, OPTION_FLAG, MEMBER (follow), 0, 0, NULL,
                          "Go on telling what changes."},
    [OPTION_ID_LIMIT] = {"--limit", "N", OPTION_NUMBER, MEMBER (limit), 1, 10000, NULL,
                         "At most so many; 20 if not given."},
    [OPTION_ID_TYPE] = {"--type", "TYPE", OPTION_TEXT, MEMBER (type), 0, 0, NULL, "Only of this type."},
    [OPTION_ID_STATE] = {"--state", "STATE", OPTION_CHOICE, MEMBER (state), 0, 0, states,
                         "Only in this state: queued, running, succeeded, failed or cancelled."},
    [OPTION_ID_OUTCOMES] = {"--outcomes", NULL, OPTION_FLAG, MEMBER (outcomes), 0, 0, NULL,
                            "What happened to each subject, instead of the run itself."},
    [OPTION_ID_ALL] = {"--all", NULL, OPTION_FLAG, MEMBER (all), 0, 0, NULL, "All parked events."},
    [OPTION_ID_REASON] = {"--reason", "TEXT", OPTION_TEXT, MEMBER (reason), 0, 0, NULL,
                          "Why, for those who find the gap later; it is kept."},
    [OPTION_ID_HELP] = {"--help", NULL, OPTION_FLAG, MEMBER (help), 0, 0, NULL, "This text."},
};

#define BIT(id) (1u << (OPTION_ID_##id))
#define COMMON (BIT (TIMEOUT) | BIT (JSON) | BIT (HELP))
#define EVENT_NAME                                                                                           \
  "EVENT is written as the list writes it, SERVICE/SOURCE/LANE/POSITION: hierarchy/membership/3/120."

const Verb verbs[] = {
    {"status", NULL, OPERAND_NONE, NULL, NULL, COMMON | BIT (SERVICE) | BIT (LANES), NEED_BUS,
     "How each service is",
     "State, version, database, workers and event log of each service, and how far it is behind those it "
     "follows. "
     "One replica of each service answers.",
     run_status},
    {"doctor", NULL, OPERAND_NONE, NULL, NULL, COMMON | BIT (SERVICE), NEED_DOCTOR,
     "Looks for what is wrong, and says what to do",
     "Checks the environment, secrets and their modes, bus keys and the allow-list, whether services reach "
     "each other "
     "and their databases, migrations, clocks, room on disks, parked events. Folders in HEIMO_DISKS are "
     "looked at "
     "on this machine. Warnings leave the exit status at 0. A service that does not answer is a finding like "
     "others.",
     run_doctor},
    {"runs", NULL, OPERAND_NONE, NULL, NULL,
     COMMON | BIT (SERVICE) | BIT (LIMIT) | BIT (TYPE) | BIT (STATE) | BIT (FOLLOW), NEED_FEDERATION,
     "Lists runs, newest first",
     "The runs of the federation named by HEIMO_FEDERATION. With --follow a line is written for each run "
     "that "
     "changes, until interrupted.",
     run_runs},
    {"runs", "show", OPERAND_REQUIRED, "RUN", NULL,
     COMMON | BIT (SERVICE) | BIT (FOLLOW) | BIT (OUTCOMES) | BIT (LIMIT), NEED_FEDERATION, "Shows a run",
     "Everything about a run, or with --outcomes what happened to its subjects. With --follow its progress "
     "until it "
     "ends; then the exit status is 1 unless it succeeded. Without --service all services are asked for it.",
     run_runs_show},
    {"runs", "cancel", OPERAND_REQUIRED, "RUN", NULL, COMMON | BIT (SERVICE) | BIT (FOLLOW), NEED_FEDERATION,
     "Stops a run after its current step",
     "What the run has done stays done. With --follow it waits until the run has ended. A run that has ended "
     "before is "
     "a failure.",
     run_runs_cancel},
    {"parked", NULL, OPERAND_NONE, NULL, NULL, COMMON | BIT (SERVICE) | BIT (LIMIT), NEED_BUS,
     "Lists events that could not be applied",
     "A parked event holds up later events of the same aggregate, and no others. Exit status 1 when there is "
     "any.",
     run_parked},
    {"parked", "show", OPERAND_REQUIRED, "EVENT", NULL, COMMON, NEED_BUS, "Shows a parked event",
     "Everything about it but its content, which is personal. " EVENT_NAME, run_parked_show},
    {"parked", "retry", OPERAND_OPTIONAL, "EVENT", NULL, COMMON | BIT (SERVICE) | BIT (ALL), NEED_BUS,
     "Applies parked events again",
     "The event and all that are parked of its aggregate, in their order, all or none; with --all every "
     "parked "
     "event. What still cannot be applied stays parked. " EVENT_NAME,
     run_parked_retry},
    {"parked", "drop", OPERAND_REQUIRED, "EVENT", NULL, COMMON | BIT (REASON), NEED_BUS,
     "Gives a parked event up",
     "It will never be applied; who did it and why is kept. Those behind it wait for a retry. " EVENT_NAME,
     run_parked_drop},
    {"events", NULL, OPERAND_NONE, NULL, NULL,
     COMMON | BIT (SERVICE) | BIT (LIMIT) | BIT (TYPE) | BIT (FOLLOW), NEED_BUS, "Shows the last events",
     "The end of the event logs, in order of recording, without the content, which is personal.", run_events},
    {"print", NULL, OPERAND_REQUIRED, "DOCUMENT", document_names, BIT (HELP), NEED_NOTHING,
     "Prints the man page or the completion", "What is installed with heimoctl: man or bash.", run_print},
};
const size_t verb_count = sizeof verbs / sizeof *verbs;

const char *
verb_title (void *owner, const Verb *verb)
{
  return verb->sub == NULL ? verb->name : memory_format (owner, "%s %s", verb->name, verb->sub);
}
