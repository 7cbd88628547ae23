// DER (X.690): elements taken apart and put together, for what is made or changed here. Of bytes that a stranger sends
// the firmware's own reader judges.

export const INTEGER = 0x02,
	BIT_STRING = 0x03,
	OCTET_STRING = 0x04,
	OBJECT_IDENTIFIER = 0x06,
	SEQUENCE = 0x30,
	SET = 0x31;

export function element(tag: number, ...parts: Uint8Array[]): Buffer {
	const body = Buffer.concat(parts);
	const { length } = body;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.of(tag, ...head), body]);
}

export function sequence(...parts: Uint8Array[]): Buffer {
	return element(SEQUENCE, ...parts);
}

/** The DER elements that follow each other in `bytes`. Throws RangeError. */
export function elements(bytes: Buffer): Buffer[] {
	const list: Buffer[] = [];
	for (let offset = 0; offset < bytes.length; ) {
		const { end } = measure(bytes.subarray(offset));
		list.push(bytes.subarray(offset, offset + end));
		offset += end;
	}
	return list;
}

/** Of the element at the start of `bytes`. Throws RangeError if its tag is another. */
export function content(bytes: Buffer, tag: number): Buffer {
	const { start, end } = measure(bytes);
	if (bytes[0] !== tag) throw new RangeError(`expected the DER tag ${tag}, got ${bytes[0]}`);
	return bytes.subarray(start, end);
}

/** Where the content of the element at the start of `bytes` begins and ends (X.690 §8.1.3, §10.1). */
function measure(bytes: Buffer): { start: number; end: number } {
	const first = bytes[1] ?? 0x80;
	const width = first < 0x80 ? 0 : first & 0x7f;
	const start = 2 + width;
	if (first === 0x80 || width > 4 || start > bytes.length) throw new RangeError("expected DER");
	const length = width === 0 ? first : bytes.readUIntBE(2, width);
	if (start + length > bytes.length) throw new RangeError("expected DER");
	return { start, end: start + length };
}
