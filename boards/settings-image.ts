// The image of the partition `settings`, from which a board of the Moddable SDK gets its settings: the JSON text of a
// RunSettings, printable ASCII, from offset 0, and erased flash after it. `baton provision` writes it, the device reads
// it; nothing in it is secret, and what it says of trust is signed, or shows itself as wrong at the first boot.

import { SETTINGS_LENGTH } from "./partitions.js";
import { type RunSettings, readSettings, SettingsError } from "./settings.js";

const ERASED = 0xff;
const PIECE = 64; // characters: a device's stack is small, and so is its memory

/** The whole partition. Throws SettingsError if the settings are wrong, or too long for it. */
export function settingsImage(settings: RunSettings): Uint8Array {
	const text = JSON.stringify(settings);
	readSettings(text);
	if (!/^[\x20-\x7e]*$/.test(text)) throw new SettingsError("settings: expected printable ASCII");
	if (text.length > SETTINGS_LENGTH)
		throw new SettingsError(`settings: expected at most ${SETTINGS_LENGTH} bytes, got ${text.length}`);
	const image = new Uint8Array(SETTINGS_LENGTH).fill(ERASED);
	for (let i = 0; i < text.length; i++) image[i] = text.charCodeAt(i);
	return image;
}

/** Throws SettingsError with what is missing or wrong. */
export function readSettingsImage(image: Uint8Array): RunSettings {
	if (image.length !== SETTINGS_LENGTH)
		throw new SettingsError(`settings: expected a partition of ${SETTINGS_LENGTH} bytes`);
	const end = image.indexOf(ERASED);
	const length = end < 0 ? SETTINGS_LENGTH : end;
	if (length === 0) throw new SettingsError("settings: the partition is erased");
	for (let i = 0; i < SETTINGS_LENGTH; i++) {
		const byte = image[i];
		if (i < length && (byte < 0x20 || byte > 0x7e))
			throw new SettingsError("settings: the partition holds no settings");
		if (i >= length && byte !== ERASED) throw new SettingsError("settings: something follows the text");
	}
	let text = "";
	for (let i = 0; i < length; i += PIECE)
		text += String.fromCharCode(...image.subarray(i, Math.min(i + PIECE, length)));
	return readSettings(text);
}
