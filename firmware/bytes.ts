// Bytes put together, copied, compared, searched, measured: what the folders above need of `Uint8Array` and the language does not
// give, or XS is slow at. Two implementations with the same exports, and the same verdicts: bytes/typescript.ts, for
// which this file stands, and bytes/c.ts, natives that read any number of bytes for what XS charges for two. Whoever
// chooses the crypto kernel in C (crypto/DESIGN.md) has these in C too.

export {
	/** `areAll(bytes, value)`: whether every one of them is `value`. */
	areAll,
	/** `ascii(text)`: its bytes. Throws RangeError for a character that is not ASCII. */
	ascii,
	/** `compareBytes(a, b)`: below, at or above 0, in bytewise order, a prefix first. */
	compareBytes,
	/** `concatenate(...parts)`: new bytes; with one part its copy. */
	concatenate,
	/** `copyBytes(target, offset, source)`: writes all of `source`. Throws RangeError if it does not fit. */
	copyBytes,
	/** `crc32(bytes, before = 0)`: ISO 3309 (RFC 1952 §8), signed; `before`: the CRC-32 of what comes before. */
	crc32,
	/**
	 * `derEnd(bytes, start, end, tag)`: where the element of DER ends that begins at `start`, has `tag`, and lies before
	 * `end`. Else -1: it is truncated; -2: its tag is another; -3: its length is not as short as it can be.
	 */
	derEnd,
	/** `equalBytes(a, b)`, of public data: not in constant time. */
	equalBytes,
	/** `equalSecrets(a, b)`, a MAC say: the time depends on the lengths alone. */
	equalSecrets,
	/** `isDerIdentifier(bytes, start, end)`: whether that part is the content of an object identifier of DER. */
	isDerIdentifier,
	/** `latin1(bytes, start = 0, end = bytes.length)`: text, a character for each byte. */
	latin1,
	/** `span(bytes, start, set)`: where the first byte from `start` on stands that is not in `set` (literals.ts); else the length. */
	span,
} from "./bytes/typescript.js";
