// The table of checks: what was checked, how many things were looked at, what was wrong.
const SHOWN = 5;

export class Report {
  constructor () {
    this.rows = [];
  }

  /** A check that looked at `looked` things and found these problems. Having looked at nothing is a failure too. */
  check (name, looked, problems = [], { least = 1 } = {}) {
    const all = looked < least ? [...problems, `only ${looked} looked at, at least ${least} expected`] : problems;
    this.rows.push ({ name, looked, problems: all });
  }

  skip (name, why) {
    this.rows.push ({ name, looked: 0, problems: [], skipped: why });
  }

  get failed () {
    return this.rows.filter (({ problems }) => problems.length > 0).length;
  }

  print () {
    for (const { name, looked, problems, skipped } of this.rows) {
      const verdict = skipped ? `skipped: ${skipped}` : problems.length > 0 ? `FAILED (${problems.length})` : 'passed';
      console.log (`  ${name.padEnd (66)} ${String (looked).padStart (9)}  ${verdict}`);
      for (const problem of problems.slice (0, SHOWN)) {
        console.log (`      ${problem}`);
      }
      if (problems.length > SHOWN) {
        console.log (`      … and ${problems.length - SHOWN} more`);
      }
    }
    const passed = this.rows.filter (({ problems, skipped }) => problems.length === 0 && !skipped).length;
    console.log (`${passed} passed, ${this.failed} failed`);
  }
}
