/** Node's cache of compiled code: whoever can write to it runs code as its user, so it is in a folder of that user alone. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access, chmod, chown, lstat, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { freshFolder } from "../cli/fresh-folder.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";

const exec = promisify(execFile);

before(async () => {
	await access(`${projectRoot}dist/command/main.cjs`).catch(() => exec("npm", ["run", "build"], { cwd: projectRoot }));
});

type Home = { readonly home: string; readonly temporary: string; readonly cache: string };

/** A home folder, and a folder for temporary files. */
async function makeHome(context: TestContext): Promise<Home> {
	const folder = await freshFolder(context);
	const [home, temporary] = [join(folder, "home"), join(folder, "temporary")];
	await mkdir(home);
	await mkdir(temporary, { mode: 0o777 });
	return { home, temporary, cache: join(home, ".cache", "downspout") };
}

async function help({ home, temporary }: Home, more: NodeJS.ProcessEnv = {}): Promise<void> {
	const { NODE_COMPILE_CACHE: _, XDG_CACHE_HOME: _other, ...env } = process.env;
	const { stdout, stderr } = await exec(process.execPath, [`${projectRoot}bin/downspout.js`, "--help"], {
		env: { ...env, HOME: home, TMPDIR: temporary, ...more },
	});
	assert.match(stdout, /Usage/);
	assert.equal(stderr, "");
	assert.deepEqual(await readdir(temporary), [], "nothing goes where anybody may write");
}

async function filesIn(folder: string): Promise<number> {
	return existsSync(folder) ? (await readdir(folder, { recursive: true })).length : 0;
}

test("the cache is in the user's own folder, for the user alone", async (context) => {
	const home = await makeHome(context);
	await help(home);
	assert((await filesIn(home.cache)) > 0);
	assert.equal((await lstat(home.cache)).mode & 0o777, 0o700);
});

test("XDG_CACHE_HOME says where, as an absolute path alone", async (context) => {
	const home = await makeHome(context);
	await help(home, { XDG_CACHE_HOME: join(home.home, "elsewhere") });
	assert((await filesIn(join(home.home, "elsewhere", "downspout"))) > 0);
	assert.equal(await filesIn(home.cache), 0);
	await help(home, { XDG_CACHE_HOME: "relative" });
	assert((await filesIn(home.cache)) > 0);
	assert(!existsSync("relative"));
});

test("NODE_COMPILE_CACHE is the user's own decision", async (context) => {
	const home = await makeHome(context);
	const chosen = join(home.home, "chosen");
	await help(home, { NODE_COMPILE_CACHE: chosen });
	assert((await filesIn(chosen)) > 0);
	assert.equal(await filesIn(home.cache), 0);
});

/** What somebody else may have prepared, or could change. */
const strangers: Readonly<Record<string, (home: Home) => Promise<void>>> = {
	"a symbolic link in the place of the folder": async ({ home, cache }) => {
		await mkdir(join(home, ".cache"));
		await mkdir(join(home, "other"));
		await symlink(join(home, "other"), cache);
	},
	"a folder that others may write to": async ({ cache }) => {
		await mkdir(cache, { recursive: true });
		await chmod(cache, 0o777);
	},
	"a folder that the group may write to": async ({ cache }) => {
		await mkdir(cache, { recursive: true });
		await chmod(cache, 0o770);
	},
	"a parent in which others may put another folder": async ({ home }) => {
		await mkdir(join(home, ".cache"));
		await chmod(join(home, ".cache"), 0o777);
	},
	"a file in the place of the folder": async ({ home }) => {
		await mkdir(join(home, ".cache"));
		await symlink("/dev/null", join(home, ".cache", "downspout"));
	},
};
for (const [what, prepare] of Object.entries(strangers)) {
	test(`no cache with ${what}`, { skip: process.platform === "win32" }, async (context) => {
		const home = await makeHome(context);
		await prepare(home);
		const before = await filesIn(home.home);
		await help(home);
		assert.equal(await filesIn(home.home), before);
	});
}

const root = { skip: skipUnless(process.getuid?.() === 0, "root, to make folders of other users") };

test("no cache in a folder of another user, nor below one", root, async (context) => {
	for (const foreign of [".cache/downspout", ".cache"]) {
		const home = await makeHome(context);
		await mkdir(join(home.home, foreign), { recursive: true });
		await chown(join(home.home, foreign), 65_534, 65_534);
		const before = await filesIn(home.home);
		await help(home);
		assert.equal(await filesIn(home.home), before);
	}
});

test("without a home there is no cache", async (context) => {
	const home = await makeHome(context);
	await help({ ...home, home: "" });
	const missing = join(home.home, "missing");
	await help({ ...home, home: missing });
	assert(!existsSync(missing));
});
