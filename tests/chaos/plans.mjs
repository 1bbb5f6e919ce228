// Plans under fire: one that concerns everybody is applied and undone again and again while the service is killed in the
// middle of it. At every look everything of it is there, or nothing; and the events are those of what is there.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../demo/random.mjs';
import { Http } from './http.mjs';
import { textOf } from './intervals.mjs';

const PATIENCE_MS = 180000;
const LOOK_MS = 100;
const PAUSE_MS = 1500;
const KILLS_A_PHASE = 3;
const UNDER_WAY = [2, 5];   // PLAN_STATE_APPLYING, PLAN_STATE_UNDOING

class Planner {
  constructor (url) {
    this.http = new Http (url);
  }

  async ask (method, path, body) {
    const answer = await this.http.untilKnown (method, path, { body, ...(body ? { key: randomUUID () } : {}) }, { patience: PATIENCE_MS });
    if (!answer || answer.status >= 300) {
      throw new Error (`${method} ${path}: ${answer ? `${answer.status} ${JSON.stringify (answer.body).slice (0, 500)}` : 'no answer'}`);
    }
    return answer.body;
  }

  preview (organisationId, changes) {
    return this.ask ('POST', '/v1/plans', { organisationId, changes });
  }

  async settled (planId) {
    for (const begin = Date.now (); Date.now () - begin < PATIENCE_MS; await sleep (LOOK_MS)) {
      const plan = await this.ask ('GET', `/v1/plans/${planId}`);
      if (plan.done) {
        return plan;
      }
    }
    throw new Error (`plan ${planId} does not end`);
  }

  apply (plan) {
    return this.ask ('POST', `/v1/plans/${plan.planId}:apply`, { hash: plan.hash });
  }

  undo (plan) {
    return this.ask ('POST', `/v1/plans/${plan.planId}:undo`, {});
  }
}

/** Moves organs of the chaos organisation by plans until stopped; every second plan is undone. */
export async function movePlans ({ seed, url, world, isStopped }) {
  const planner = new Planner (url);
  const random = new Random (seed, 'plans');
  const leaves = world.chaos.organs.filter (({ code }) => code.startsWith ('leaf'));
  const made = [];
  const failures = [];
  for (let n = 0; !isStopped (); n++) {
    try {
      const on = textOf (world.today + random.between (-300, 300));
      let plan = await planner.preview (world.chaos.organisationId, [{ kind: 'CHANGE_KIND_MOVE', on,
        organ: random.pick (leaves).organId, parent: random.pick (['code:north', 'code:south']) }]);
      await planner.apply (plan);
      plan = await planner.settled (plan.planId);   // facts move all the time: it may have become stale
      if (plan.state === 'PLAN_STATE_APPLIED' && n % 2) {
        await planner.undo (plan);
        plan = await planner.settled (plan.planId);
      }
      made.push (plan);
    } catch (error) {
      failures.push (error.message);
    }
    for (let waited = 0; waited < PAUSE_MS && !isStopped (); waited += LOOK_MS) {
      await sleep (LOOK_MS);
    }
  }
  planner.http.close ();
  return { made, failures };
}

/** What there is of a plan, in one moment. */
async function look (set, planId) {
  const [row] = await set.sql ('hierarchy', `SELECT state, person_count AS persons,
    (SELECT count (*) FROM organ_edge WHERE recorded_plan = plan_id AND superseded_at IS NULL) AS recorded,
    (SELECT sum (last_seq) FROM event_head) AS events FROM plan WHERE plan_id = '${planId}'`);
  return row;
}

/** Carries out one phase, the service killed in the middle of it; what was seen that must not be. */
async function hurt (set, planner, { plan, start, edges, random, ms, kills, begun }) {
  const problems = [];
  const before = await look (set, plan.planId);
  const check = async () => {
    const now = await look (set, plan.planId);
    const expected = UNDER_WAY.includes (now.state) || now.state === before.state ? [before.recorded, before.events]
      : [edges - before.recorded, before.events + begun];
    if (now.recorded !== expected[0] || now.events !== expected[1]) {
      problems.push (`state ${now.state}: ${now.recorded} edges and ${now.events} events, expected ${expected.join (' and ')}`);
    }
    return now;
  };
  await start ();
  let done = 0;
  for (; done < kills; done++) {
    await sleep (random.between (0, ms));
    if (!await set.signal ('hierarchy', 'SIGKILL')) {
      continue;
    }
    await check ();
    await set.untilReady ('hierarchy', PATIENCE_MS);
    // The lease of the dead: another replica waits for its end, which this one need not.
    await set.execute ('hierarchy', `UPDATE run SET lease_until = '-infinity' WHERE state = 2`).catch (() => {});
    const { state } = await check ();
    if (!UNDER_WAY.includes (state)) {
      done++;
      break;
    }
  }
  const settled = await planner.settled (plan.planId);
  await check ();
  return { settled, problems, kills: done };
}

/** Applies and undoes one plan after another until the service has been killed often enough. */
export async function plansUnderFire (set, world, report, { kills, seed, say }) {
  const planner = new Planner (set.url);
  const random = new Random (seed, 'plan kills');
  const [scouts] = (await planner.ask ('GET', '/v1/organisations?code=scouts')).organisations;
  const edges = await set.sql ('hierarchy', `SELECT organ_id AS organ, parent_id AS parent FROM organ_edge
    WHERE superseded_at IS NULL AND organ_id IN (${world.associations.map (id => `'${id}'`).join (', ')}) ORDER BY 1`);
  const on = textOf (world.today - 30);
  const parents = [...new Set (edges.map (({ parent }) => parent))].sort ();
  const changes = edges.map (({ organ, parent }) => ({ kind: 'CHANGE_KIND_MOVE', on, organ,
    parent: parents[(parents.indexOf (parent) + 1) % parents.length] }));
  const problems = [];
  let killed = 0, phases = 0, persons = 0, ms = 2000;
  while (killed < kills) {
    const plan = await planner.preview (scouts.organisationId, changes);
    persons = Number (plan.personCount);
    // Edges that are cut at the day are recorded anew, too: known after the first time.
    const common = { plan, random, ms, begun: persons + changes.length };
    const left = () => Math.min (KILLS_A_PHASE, kills - killed);
    let begin = Date.now ();
    if (phases === 0) {
      await planner.apply (plan);
      await planner.settled (plan.planId);
      ms = Date.now () - begin;
      common.edges = (await look (set, plan.planId)).recorded;
      say (`a plan of ${changes.length} changes, ${persons} persons, ${common.edges} edges: applied in ${ms} ms`);
      world.planEdges = common.edges;
    } else {
      const outcome = await hurt (set, planner, { ...common, edges: world.planEdges, kills: left (), start: () => planner.apply (plan) });
      problems.push (...outcome.problems, ...(outcome.settled.state === 'PLAN_STATE_APPLIED' ? [] : [`${outcome.settled.state}: ${outcome.settled.error}`]));
      killed += outcome.kills;
    }
    begin = Date.now ();
    const outcome = await hurt (set, planner, { ...common, edges: world.planEdges, kills: left (), start: () => planner.undo (plan) });
    problems.push (...outcome.problems, ...(outcome.settled.state === 'PLAN_STATE_UNDONE' ? [] : [`${outcome.settled.state}: ${outcome.settled.error}`]));
    killed += outcome.kills;
    phases += 2;
    say (`${killed} kills in ${phases} phases`);
  }
  planner.http.close ();
  report.check (`a plan of ${persons} persons, killed in the middle: all or nothing, and the events of it`, killed, problems);
}
