/** Reads a JSON object that may be damaged: its fields by name, of types that are still unknown. */

/** Undefined where the text is not JSON, or no object. */
export function parseObject(text: string): ((name: string) => unknown) | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? (name) => Reflect.get(value, name) : undefined;
	} catch {
		return undefined;
	}
}
