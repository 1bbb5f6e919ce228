// Random numbers for the demo federation: the same seed gives the same numbers on every machine and Node
// version. sfc32 (public domain, passes PractRand) on 32-bit integers; Math.random cannot be seeded.

/** Hashes a text to 32 bits (FNV-1a with a final avalanche). */
export function hash32 (text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul (hash ^ text.charCodeAt (i), 0x01000193);
  }
  hash = Math.imul (hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul (hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * One stream of numbers. Streams with different names are independent, so adding to one leaves the others as
 * they were.
 */
export class Random {
  constructor (seed, stream = '') {
    this.a = hash32 (`${seed}/${stream}/a`);
    this.b = hash32 (`${seed}/${stream}/b`);
    this.c = hash32 (`${seed}/${stream}/c`);
    this.counter = 1;
    for (let i = 0; i < 15; i++) {
      this.next ();
    }
  }

  /** An unsigned 32-bit integer. */
  next () {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  float () {
    return this.next () / 4294967296;
  }

  /** An integer in [0, count). */
  below (count) {
    return Math.floor (this.float () * count);
  }

  /** An integer in [low, high]. */
  between (low, high) {
    return low + this.below (high - low + 1);
  }

  /** True with the probability. */
  chance (probability) {
    return this.float () < probability;
  }

  /** Any element, all alike. */
  pick (list) {
    return list[this.below (list.length)];
  }

  /** An element; the earlier in the list, the more often, as with given names. */
  pickEarly (list) {
    return list[Math.floor (this.float () ** 1.7 * list.length)];
  }

  /** Puts the list into random order, in place. */
  shuffle (list) {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below (i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}

/** Draws from weighted items in constant time (Walker's alias method). */
export class Weighted {
  constructor (items, weights) {
    const total = weights.reduce ((sum, weight) => sum + weight, 0);
    if (items.length === 0 || items.length !== weights.length || !(total > 0)) {
      throw new RangeError ('weighted choice needs as many weights as items and a positive sum');
    }
    this.items = items;
    this.keep = new Float64Array (items.length).fill (1);
    this.alias = new Uint32Array (items.length);
    const scaled = weights.map (weight => (weight * items.length) / total);
    const small = [];
    const large = [];
    scaled.forEach ((weight, i) => (weight < 1 ? small : large).push (i));
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop ();
      const rich = large.pop ();
      this.keep[poor] = scaled[poor];
      this.alias[poor] = rich;
      scaled[rich] -= 1 - scaled[poor];
      (scaled[rich] < 1 ? small : large).push (rich);
    }
  }

  pick (random) {
    const i = random.below (this.items.length);
    return this.items[random.float () < this.keep[i] ? i : this.alias[i]];
  }
}
