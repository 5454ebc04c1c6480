/** The download directory as the working directory of the command. */
import { chdir } from "node:process";
import { makeFolder } from "../files/make-folder.ts";

/**
 * Goes there, and gives the path of the directory from there: the system looks up each folder of a path, four times for
 * each file, and from inside there is none. For when every other path is open or absolute. Workers see no difference:
 * threads share the working directory, and processes start in it.
 *
 * Where the directory cannot be entered its path is given as it is: the run will find out, and say, what is wrong with it.
 *
 * @param dir - Absolute path; the folders that are missing are made.
 */
export async function enterDirectory(dir: string): Promise<string> {
	try {
		await makeFolder(dir);
		chdir(dir);
		return ".";
	} catch {
		return dir;
	}
}
