// The image of the partition `settings`, from which a board of the Moddable SDK gets its settings: the JSON text of a
// RunSettings, printable ASCII, from offset 0, and erased flash after it. `baton provision` writes it, the device reads
// it; nothing in it is secret, and what it says of trust is signed, or shows itself as wrong at the first boot.

import { readSettings, SettingsError, type RunSettings } from "./settings.js";

export const settingsLength = 4096; // bytes: one block of flash
const erased = 0xff;
const piece = 64; // characters: a device's stack is small, and so is its memory

/** The whole partition. Throws SettingsError if the settings are wrong, or too long for it. */
export function settingsImage(settings: RunSettings): Uint8Array {
	const text = JSON.stringify(settings);
	readSettings(text);
	if (!/^[\x20-\x7e]*$/.test(text)) throw new SettingsError("settings: expected printable ASCII");
	if (text.length > settingsLength)
		throw new SettingsError(`settings: expected at most ${settingsLength} bytes, got ${text.length}`);
	const image = new Uint8Array(settingsLength).fill(erased);
	for (let i = 0; i < text.length; i++) image[i] = text.charCodeAt(i);
	return image;
}

/** Throws SettingsError with what is missing or wrong. */
export function readSettingsImage(image: Uint8Array): RunSettings {
	if (image.length !== settingsLength)
		throw new SettingsError(`settings: expected a partition of ${settingsLength} bytes`);
	const end = image.indexOf(erased);
	const length = end < 0 ? settingsLength : end;
	if (length === 0) throw new SettingsError("settings: the partition is erased");
	for (let i = 0; i < settingsLength; i++) {
		const byte = image[i];
		if (i < length && (byte < 0x20 || byte > 0x7e)) throw new SettingsError("settings: the partition holds no settings");
		if (i >= length && byte !== erased) throw new SettingsError("settings: something follows the text");
	}
	let text = "";
	for (let i = 0; i < length; i += piece) text += String.fromCharCode(...image.subarray(i, Math.min(i + piece, length)));
	return readSettings(text);
}
