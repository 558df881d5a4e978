import { RedisScript } from "../../cache/redis/redis_script.ts";

/**
 * What is known of a task. A run has a hash from the id of each of its frames to where that waits, as "lane entry"; frames are
 * entries of a stream a lane, results those of a stream a run. A run whose caller is gone has no mark: nothing is kept for it.
 */
const SHARED = `
local hour, day = '3600000', '86400000'
local function put(hash, stream, lane, run, id, frame)
  if redis.call('HEXISTS', hash, id) == 1 then return end
  local entry = redis.call('XADD', stream, '*', 'run', run, 'id', id, 'frame', frame)
  redis.call('HSET', hash, id, lane .. ' ' .. entry)
  redis.call('PEXPIRE', hash, day)
  redis.call('PEXPIRE', stream, day)
end
local function take(hash, stream, lane, id, entry)
  redis.call('XACK', stream, 'workers', entry)
  redis.call('XDEL', stream, entry)
  if redis.call('HGET', hash, id) == lane .. ' ' .. entry then redis.call('HDEL', hash, id) end
end
`;

/** Makes the group of the workers of a lane, which may be there. */
const GROUP = `
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], 'workers', '0', 'MKSTREAM')
if made.err and string.sub(made.err, 1, 9) ~= 'BUSYGROUP' then return made end
`;

/** Puts a frame into the open lane. Keys: mark, hash, stream. Arguments: run, id, frame. */
export const SEND_SCRIPT: RedisScript = new RedisScript(`${SHARED}
redis.call('SET', KEYS[1], '1', 'PX', hour)
put(KEYS[2], KEYS[3], 'open', ARGV[1], ARGV[2], ARGV[3])
return 'ok'`);

/**
 * Hands out what was leased for too long. Keys: stream. Arguments: worker, lease, count, where to begin. It answers with where
 * to begin next, then each frame with its entry and its deliveries.
 */
export const CLAIM_SCRIPT: RedisScript = new RedisScript(`
${GROUP}local reply = redis.call('XAUTOCLAIM', KEYS[1], 'workers', ARGV[1], ARGV[2], ARGV[4], 'COUNT', ARGV[3])
local found = {}
for _, entry in ipairs(reply[2]) do
  if entry and entry[2] then
    local pending = redis.call('XPENDING', KEYS[1], 'workers', entry[1], entry[1], '1')
    if pending[1] then found[#found + 1] = { entry[1], entry[2], tostring(pending[1][4]) } end
  end
end
return { reply[1], found }`);

/** Prolongs a lease, if it is still this worker's. Keys: stream. Arguments: worker, entry. */
export const KEEP_SCRIPT: RedisScript = new RedisScript(`
local pending = redis.call('XPENDING', KEYS[1], 'workers', ARGV[2], ARGV[2], '1')
if pending[1] and pending[1][2] == ARGV[1] then
  redis.call('XCLAIM', KEYS[1], 'workers', ARGV[1], '0', ARGV[2], 'JUSTID')
end
return 'ok'`);

/**
 * Stores results, then takes a frame out. Keys: hash, stream, mark and results of the run that they are for. Arguments: lane,
 * id, entry, results.
 */
export const SETTLE_SCRIPT: RedisScript = new RedisScript(`${SHARED}
if redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('XADD', KEYS[4], '*', 'frame', ARGV[4])
  redis.call('PEXPIRE', KEYS[4], hour)
end
take(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])
return 'ok'`);

/**
 * Puts frames in the place of one. Keys: hash, stream, mark, open lane, lane alone, news. Arguments: lane, id, entry, run, then
 * lane, id and frame of each.
 */
export const REPLACE_SCRIPT: RedisScript = new RedisScript(`${SHARED}
if redis.call('EXISTS', KEYS[3]) == 1 then
  local isAlone = false
  for i = 5, #ARGV, 3 do
    local stream = KEYS[4]
    if ARGV[i] == 'alone' then stream, isAlone = KEYS[5], true end
    put(KEYS[1], stream, ARGV[i], ARGV[4], ARGV[i + 1], ARGV[i + 2])
  end
  if isAlone then
    redis.call('XADD', KEYS[6], 'MAXLEN', '~', '1000', '*', 'alone', '1')
    redis.call('PEXPIRE', KEYS[6], hour)
  end
end
take(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])
return 'ok'`);

/**
 * Counts the frames of a run, whose caller is there, and forgets those that are in no lane any more: a lane may be lost alone.
 * Keys: mark, hash, open lane, lane alone.
 */
export const COUNT_SCRIPT: RedisScript = new RedisScript(`${SHARED}
redis.call('SET', KEYS[1], '1', 'PX', hour)
local frames = redis.call('HGETALL', KEYS[2])
local count = 0
for i = 1, #frames, 2 do
  local lane, entry = string.match(frames[i + 1], '^(%S+) (%S+)$')
  local stream = KEYS[3]
  if lane == 'alone' then stream = KEYS[4] end
  if redis.call('XRANGE', stream, entry, entry)[1] then count = count + 1
  else redis.call('HDEL', KEYS[2], frames[i]) end
end
return count`);

/** Takes out all that there is of a run. Keys: mark, hash, results, open lane, lane alone. */
export const REMOVE_SCRIPT: RedisScript = new RedisScript(`
local frames = redis.call('HGETALL', KEYS[2])
for i = 2, #frames, 2 do
  local lane, entry = string.match(frames[i], '^(%S+) (%S+)$')
  local stream = KEYS[4]
  if lane == 'alone' then stream = KEYS[5] end
  redis.pcall('XACK', stream, 'workers', entry)
  redis.call('XDEL', stream, entry)
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 'ok'`);

/** Tells all workers what is cancelled. Keys: news. Arguments: frame. */
export const CANCEL_SCRIPT: RedisScript = new RedisScript(`${SHARED}
redis.call('XADD', KEYS[1], 'MAXLEN', '~', '1000', '*', 'cancel', ARGV[1])
redis.call('PEXPIRE', KEYS[1], hour)
return 'ok'`);

/**
 * Announces the slots of a worker, 0 when it leaves, and answers with those of all. Keys: workers. Arguments: worker, or nothing
 * for one that only asks; slots; for how long they count.
 */
export const SLOTS_SCRIPT: RedisScript = new RedisScript(`
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
if ARGV[1] ~= '' then
  local untilMs = string.format('%.0f', now + tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. untilMs)
  redis.call('PEXPIRE', KEYS[1], '3600000')
end
local total, workers = 0, redis.call('HGETALL', KEYS[1])
for i = 2, #workers, 2 do
  local slots, untilMs = string.match(workers[i], '^(%d+) (%d+)$')
  if slots == '0' or tonumber(untilMs) < now then redis.call('HDEL', KEYS[1], workers[i - 1])
  else total = total + tonumber(slots) end
end
return total`);

/**
 * Makes the group of the workers of a lane, and forgets workers that are long gone and hold nothing. Keys: stream. Arguments:
 * a worker that leaves now, or nothing.
 */
export const GROUP_SCRIPT: RedisScript = new RedisScript(`
${GROUP}for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], 'workers')) do
  local fields = {}
  for i = 1, #info, 2 do fields[info[i]] = info[i + 1] end
  if fields.pending == 0 and (fields.name == ARGV[1] or fields.idle > 3600000) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'workers', fields.name)
  end
end
return 'ok'`);
