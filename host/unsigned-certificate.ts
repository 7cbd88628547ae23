// A CA certificate without a signature (RFC 9925), as it stands in CA information: nobody checks the signature of a trust
// anchor, so devices need not download and store one. The signed twin, of the same name and key, is for other software.
//
// As the twin, but for: the signature algorithm is id-alg-unsigned, twice, and the signature is empty; the issuer is the
// subject, and the serial number 1, since nobody has issued it; the key identifiers are left out (RFC 5280 §4.2.1.2 wants
// a CA's: no device looks at it).

import { BIT_STRING, content, element, elements, SEQUENCE } from "./der.js";

const EXTENSIONS = 0xa3;
/** AlgorithmIdentifier of id-alg-unsigned, 1.3.6.1.5.5.7.6.36, without parameters. */
const unsigned = Buffer.from("300a06082b06010505070624", "hex");
const serialNumber = Buffer.from("020101", "hex");
/** id-ce-subjectKeyIdentifier and id-ce-authorityKeyIdentifier (RFC 5280 §4.2.1.2, §4.2.1.1), with their tag and length. */
const keyIdentifiers = ["0603551d0e", "0603551d23"].map(hex => Buffer.from(hex, "hex"));

/** DER of a certificate to DER of its twin without a signature. Throws RangeError if it is no certificate of version 3. */
export function withoutSignature(certificate: Uint8Array): Uint8Array {
	const [toBeSigned] = elements(content(Buffer.from(certificate), SEQUENCE));
	const fields = elements(content(toBeSigned, SEQUENCE));
	const [version, , , , validity, subject, publicKey, ...more] = fields;
	const extensions = more.filter(field => field[0] === EXTENSIONS).map(withoutKeyIdentifiers);
	const body = [version, serialNumber, unsigned, subject, validity, subject, publicKey, ...extensions];
	return new Uint8Array(element(SEQUENCE, element(SEQUENCE, ...body), unsigned, element(BIT_STRING, Buffer.of(0))));
}

function withoutKeyIdentifiers(extensions: Buffer): Buffer {
	const [list] = elements(content(extensions, EXTENSIONS));
	const kept = elements(content(list, SEQUENCE)).filter(extension => {
		const [identifier] = elements(content(extension, SEQUENCE));
		return !keyIdentifiers.some(each => each.equals(identifier));
	});
	return element(EXTENSIONS, element(SEQUENCE, ...kept));
}
