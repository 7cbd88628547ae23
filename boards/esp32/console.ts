// The SDK's console: xsbug, or xsbug-log. A release build of the SDK has none: serial/manifest.json gives it one.

export function print(line: string): void {
	trace(`${line}\n`);
}
