/**
 * Claims a lock. Keys: the entry, the lock. Arguments: the token, the lease, `createdAt` of the entry that is to be replaced,
 * how many bytes are read at most. What is no text under the key is another program's, and no entry.
 */
export const CLAIM_SCRIPT = `
local text = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[4])
local created = type(text) == 'string' and string.match(text, '^[^:]*:[^:]*:([^,]*),')
if created and created ~= ARGV[3] then return { 'entry', text, created } end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return { 'busy', redis.call('PTTL', KEYS[2]) } end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { 'held' }`;

/** Prolongs a lock. Keys: the lock. Arguments: the token, the lease. */
export const KEEP_SCRIPT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** Gives a lock back, and tells those who wait; a user who may not publish does so without. */
const GIVE_BACK = `
redis.call('DEL', KEYS[#KEYS])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/**
 * Writes an entry, where the lock is held still: to look and to write in one step is the fence. Keys: the entry, the lock.
 * Arguments: the token, the channel, the name of the lock there, the entry, how long it lives, empty where it never expires.
 */
export const FULFIL_SCRIPT: string = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[5] == '' then redis.call('SET', KEYS[1], ARGV[4])
elseif tonumber(ARGV[5]) > 0 then redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
else redis.call('UNLINK', KEYS[1]) end
${GIVE_BACK}`;

/** Gives a lock back. Keys: the lock. Arguments: the token, the channel, the name of the lock there. */
export const RELEASE_SCRIPT: string = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
${GIVE_BACK}`;
