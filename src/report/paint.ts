/** Colours, where the output takes them. */
import { styleText } from "node:util";

export type Style = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";
/** Colours a text, or hands it back as it is. */
export type Paint = (style: Style, text: string) => string;

type Environment = Readonly<Record<string, string | undefined>>;

/** NO_COLOR and FORCE_COLOR rule; else a terminal gets colours unless it is a dumb one. */
export function choosePaint(stream: { readonly isTTY?: boolean }, env: Environment): Paint {
	const forced = env.FORCE_COLOR;
	if (forced !== undefined && forced !== "0" && forced !== "false") return coloured;
	if (forced !== undefined || (env.NO_COLOR ?? "") !== "") return plain;
	return stream.isTTY === true && env.TERM !== "dumb" ? coloured : plain;
}

export function plain(_style: Style, text: string): string {
	return text;
}

function coloured(style: Style, text: string): string {
	return styleText(style, text, { validateStream: false });
}
