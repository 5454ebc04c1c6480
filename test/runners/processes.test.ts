/** The method processes keeps the promises of all methods. */
import { testMethod } from "./conformance.ts";

testMethod("processes");
