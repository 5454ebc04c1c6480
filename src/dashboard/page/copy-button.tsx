/** A button that copies a text. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { told } from "./store.ts";

const shownMs = 2000;

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
	const isCopied = useSignal(false);
	const copy = async (): Promise<void> => {
		isCopied.value = await write(text);
		told.value = isCopied.value ? `Copied ${what}` : "It could not be copied";
		setTimeout(() => {
			isCopied.value = false;
		}, shownMs);
	};
	return (
		<button type="button" class="copy" aria-label={`Copy ${what}`} onClick={() => void copy()}>
			{isCopied.value ? "Copied" : "Copy"}
		</button>
	);
}

async function write(text: string): Promise<boolean> {
	return await navigator.clipboard.writeText(text).then(
		() => true,
		() => false,
	);
}
