// Reads the few protobuf messages that lie packed in the database, without any generated code.

/** The fields of a message: [number, value] with numbers as BigInt and the rest as Buffer. */
export function * fieldsOf (bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) {
        throw new RangeError ('a packed message ends within a number');
      }
      value |= BigInt (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (at < bytes.length) {
    const tag = Number (varint ());
    switch (tag & 7) {
      case 0: yield [tag >> 3, varint ()]; break;
      case 1: at += 8; break;
      case 2: {
        const size = Number (varint ());
        yield [tag >> 3, bytes.subarray (at, at + size)];
        at += size;
        break;
      }
      case 5: at += 4; break;
      default: throw new RangeError (`wire type ${tag & 7}`);
    }
  }
}

function nodeOf (bytes) {
  const node = { op: 0, operands: 0, field: 0, values: [] };
  for (const [number, value] of fieldsOf (bytes)) {
    switch (number) {
      case 1: node.op = Number (value); break;
      case 2: node.operands = Number (value); break;
      case 3: node.field = Number (value); break;
      case 4: node.values.push (value.toString ('utf8')); break;
    }
  }
  return node;
}

/** The nodes of a packed heimo.hierarchy.v1.Rule, written as PostgreSQL writes bytea. */
export function ruleNodes (hex) {
  const nodes = [];
  for (const [number, value] of fieldsOf (Buffer.from (hex.replace (/^\\x/, ''), 'hex'))) {
    if (number === 4) {
      nodes.push (nodeOf (value));
    }
  }
  return nodes;
}

/** The ids of the memberships that a packed heimo.hierarchy.v1.MembershipsChanged lets begin and end. */
export function membershipChange (hex) {
  const began = [];
  const ended = [];
  for (const [number, value] of fieldsOf (Buffer.from (hex, 'hex'))) {
    if (number === 3) {
      began.push (...[...fieldsOf (value)].filter (([field]) => field === 1).map (([, id]) => id.toString ('latin1')));
    } else if (number === 4) {
      ended.push (value.toString ('latin1'));
    }
  }
  return { began, ended };
}
