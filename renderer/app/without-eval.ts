import * as z from 'zod';

/*
 * The strict policy of the page forbids to make code at run time, and zod tries it with its first schema. Imported
 * before everything that has one.
 */
z.config({ jitless: true });
