import { join } from 'node:path';
import { runProcess } from '@kvtwin/testkit';

/** Infinispan 16 needs this much. */
const MIN_JAVA = 17;

/** Raised when the machine lacks what real servers need; the message says what to install. */
export class MissingJavaToolsError extends Error {
  readonly code = 'CONFORMANCE_NO_JAVA';

  constructor(problem: string) {
    super(
      `${problem}. The conformance suite runs real Infinispan servers and needs Java ${MIN_JAVA} or newer and Maven; ` +
        'on Debian and Ubuntu: apt-get install openjdk-17-jdk-headless maven',
    );
    this.name = 'MissingJavaToolsError';
  }
}

/** The java program to run: that of `JAVA_HOME`, or the one on the path. Rejects unless it is new enough. */
export async function findJava(): Promise<string> {
  const home = process.env.JAVA_HOME;
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const said = await sayVersion(java, ['-version']);
  const major = Number(/version "(?:1\.)?(\d+)/.exec(said)?.[1] ?? Number.NaN);
  if (!(major >= MIN_JAVA)) {
    throw new MissingJavaToolsError(`${java} is too old or not Java: ${said.split('\n')[0]}`);
  }
  return java;
}

/** The mvn program to run. Rejects unless it answers. */
export async function findMaven(): Promise<string> {
  await sayVersion('mvn', ['-v']);
  return 'mvn';
}

async function sayVersion(program: string, args: string[]): Promise<string> {
  try {
    const { exitCode, stdout, stderr } = await runProcess(program, args);
    if (exitCode === 0) {
      return stdout + stderr;
    }
    throw new MissingJavaToolsError(`${program} ${args.join(' ')} fails with exit code ${exitCode}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new MissingJavaToolsError(`${program} was not found`);
    }
    throw error;
  }
}
