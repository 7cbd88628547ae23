import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError, alertFor, DECRYPT_ERROR, refuse } from "../../../firmware/tls/alert.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";

function refusal(attempt: () => never): AlertError {
	try {
		return attempt();
	} catch (error) {
		return error as AlertError;
	}
}

test("a reason decides the alert", () => {
	const error = refusal(() => refuse("bad Finished", DECRYPT_ERROR));
	assert.is(error.reason, "bad Finished");
	assert.is(error.message, "bad Finished");
	assert.is(error.alert, 51);
	assert.not(error.received);
	assert.is(refusal(() => refuse("bad key update")).alert, 47);
});

test("a received alert has its name as the reason", () => {
	for (const [alert, reason] of [
		[40, "handshake_failure"],
		[0, "close_notify"],
		[116, "certificate_required"],
	] as const) {
		const error = new AlertError(alert);
		assert.is(error.reason, `received ${reason}`);
		assert.is(error.alert, alert);
		assert.ok(error.received);
	}
	assert.is(new AlertError(200).reason, "received unknown alert");
});

test("the server is told what was wrong with its certificate, and nothing of our own mistakes", () => {
	assert.is(alertFor(new CertificateError("unknown issuer")), 48);
	assert.is(alertFor(new CertificateError("bad signature by issuer")), 42);
	assert.is(alertFor(new CertificateError("name does not match")), 42);
	assert.is(alertFor(new CertificateError("unsupported public key")), 43);
	assert.is(alertFor(new AlertError(22, false, "record too long")), 22);
	assert.is(alertFor(new TypeError("x")), 80);
});

test("only a chain that no anchor has signed is a reason to look for newer CA information", () => {
	assert.ok(new CertificateError("unknown issuer").anchorsFailed);
	assert.ok(new CertificateError("bad signature by issuer").anchorsFailed);
	assert.not(new CertificateError("issued too early").anchorsFailed);
	assert.not(new CertificateError("bad signature in chain").anchorsFailed);
});

test.run();
