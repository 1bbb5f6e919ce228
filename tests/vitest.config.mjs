// No test here is a timed one: the limit only ends what hangs, also on a machine that is busy with other things.
export default { test: { testTimeout: 60000, hookTimeout: 180000 } };
