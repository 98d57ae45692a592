import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const passedOn = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** How often to look whether the parent still lives. */
const parentPollMs = 500;

/**
 * Runs a program in the foreground: it has this process's terminal, gets its signals, and gives it its exit code
 * (128 + the signal's number where a signal ended it, as a shell says it).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, endWithParent?: boolean }} options `endWithParent`: npm runs us through a shell, which dies
 *   of a signal to npm without passing it on
 * @returns {Promise<number>}
 */
export function runToEnd(command, args, { cwd, endWithParent = false }) {
  const parent = process.ppid;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit' });
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      // A terminal sends Ctrl+C to both of us by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, passOn);
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      passOn('SIGTERM');
    }, parentPollMs);
    if (!endWithParent) clearInterval(watch);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(watch);
      for (const name of passedOn) process.off(name, passOn);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * Runs a program to its end within a time limit. Its output goes to standard error, because standard output
 * belongs to the script that is being prepared.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, timeoutMs: number, shell?: boolean }} options
 * @returns {Promise<{ ok: boolean, why: string }>} `why` is empty where it succeeded
 */
export function runShown(command, args, { cwd, env = process.env, timeoutMs, shell = false }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 2, 2] });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, why: error.message });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ ok: true, why: '' });
      else if (late) resolve({ ok: false, why: `not done after ${timeoutMs / 1000} s` });
      else resolve({ ok: false, why: signal ? `ended by ${signal}` : `exit code ${code}` });
    });
  });
}
