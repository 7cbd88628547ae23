// Stands for ml-kem-768.ts in a build that agrees on keys by X25519 alone.

import type { Group } from "./group.js";

export const HYBRID: readonly Group[] = Object.freeze([]);
