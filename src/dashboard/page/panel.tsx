/** A part of the page with its title, and a body that scrolls within a height of its own: nothing below it ever moves. */
import type { ComponentChildren, JSX, Ref, TargetedEvent } from "preact";

export type PanelProps = {
	readonly name: string;
	readonly title: string;
	/** Beside the title. */
	readonly figure?: string;
	/** At the end of the title's line. */
	readonly aside?: ComponentChildren;
	readonly height: "tall" | "middle" | "short" | "log";
	readonly box?: Ref<HTMLElement>;
	readonly onScroll?: (event: TargetedEvent<HTMLElement>) => void;
	readonly children: ComponentChildren;
};

export function Panel(props: PanelProps): JSX.Element {
	const { name, title, figure, aside, height, children, box, onScroll } = props;
	const id = `${name}-title`;
	return (
		<div class={`panel ${name}`}>
			<div class="panel-head">
				<h2 id={id}>{title}</h2>
				{figure !== undefined && <span class="faint num">{figure}</span>}
				{aside}
			</div>
			<section
				class={`scroll ${height}`}
				{...(box && { ref: box })}
				{...(onScroll && { onScroll })}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard in every browser
				tabIndex={0}
				aria-labelledby={id}
			>
				{children}
			</section>
		</div>
	);
}
