// boards/bundle.ts: the text of a public test vector file, or undefined where the vectors are not at hand.
declare module "vectors:*" {
	const text: string | undefined;
	export default text;
}
