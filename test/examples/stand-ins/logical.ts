// The SDK's module `logical`.

export default {
	xor(data: ArrayBuffer | Uint8Array, mask: ArrayBuffer): void {
		const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
		const key = new Uint8Array(mask);
		bytes.forEach((byte, i) => {
			bytes[i] = byte ^ key[i % key.length];
		});
	},
};
