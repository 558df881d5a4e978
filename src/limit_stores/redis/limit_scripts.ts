/**
 * What is known of a limit: when its bucket will be full, when it was full at last, until when it is paused, and when this was
 * written, in milliseconds of the server's clock. Times go through `string.format` throughout: Lua writes large numbers with too
 * few digits, and Redis cuts off fractions. A clock that is set back by more than a second moves what was written by it.
 */
const STATES = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
local function read(key)
  local due, full, paused, seen = string.match(redis.call('GET', key) or '', '^(%S+) (%S+) (%S+) (%S+)$')
  if not seen then return { -1e15, -1e15, -1e15 } end
  local shift = 0
  if now < tonumber(seen) - 1000 then shift = now - tonumber(seen) end
  return { tonumber(due) + shift, tonumber(full) + shift, tonumber(paused) + shift }
end
local function write(key, due, full, paused)
  local kept = math.min(math.max(due, paused, now) - now, 1e15) + 1000
  local state = string.format('%.4f %.4f %.4f %.4f', due, full, paused, now)
  redis.call('SET', key, state, 'PX', string.format('%.0f', math.ceil(kept)))
end
local function publish(key, channel, name, ms)
  local event = string.format('%.3f %.3f', now, ms)
  redis.call('SET', key, event, 'PX', '60000')
  redis.call('PUBLISH', channel, name .. '\\n' .. event)
end
`;

/**
 * Books slots. Keys: one for each limit, then that of the clients. Arguments: the client, the number of slots, the longest
 * wait, the earliest start from now, then interval, burst and cost of each limit. It does what `bookStates()` does.
 */
export const BOOK_SCRIPT: string = `${STATES}
local n = #KEYS - 1
local slots, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local earliest = now + tonumber(ARGV[4])
local start, line, states, takes = earliest, -math.huge, {}, {}
for i = 1, n do
  local interval, burst, cost = tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3]), tonumber(ARGV[3 * i + 4])
  if cost > burst then return string.format('cost %d', i - 1) end
  local state = read(KEYS[i])
  line = math.max(line, math.max(state[1], earliest) + (cost - burst) * interval)
  start = math.max(start, state[3], line)
  states[i], takes[i] = state, slots * cost * interval
end
if start - now > most then return string.format('wait %.4f', start - now) end
for i = 1, n do
  local due, full = states[i][1], states[i][2]
  if due <= start then full = start end
  write(KEYS[i], math.max(due, start) + takes[i], full, states[i][3])
end
local seen = math.min(math.max(start, now) + 3000, 1e15)
redis.call('ZADD', KEYS[n + 1], string.format('%.0f', seen), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[n + 1], '-inf', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[n + 1], string.format('%.0f', seen - now + 1000))
return string.format('ok %.4f %.4f %d', start - now, start - line, redis.call('ZCARD', KEYS[n + 1]))`;

/** Pauses a limit. Keys: the limit, its latest event. Arguments: for how long, the channel, the name of the limit. */
export const PAUSE_SCRIPT: string = `${STATES}
local state, ms = read(KEYS[1]), tonumber(ARGV[1])
write(KEYS[1], math.max(state[1], now + ms), state[2], math.max(state[3], now + ms))
publish(KEYS[2], ARGV[2], ARGV[3], ms)
return 'ok'`;

/** Corrects a cost. Keys: the limit. Arguments: how many tokens more, how long ago they were taken, the interval. */
export const SETTLE_SCRIPT: string = `${STATES}
local state, cost = read(KEYS[1]), tonumber(ARGV[1])
local due = state[1]
if cost > 0 then due = math.max(due, now) end
if cost > 0 or state[2] <= now - tonumber(ARGV[2]) then due = due + cost * tonumber(ARGV[3]) end
write(KEYS[1], due, state[2], state[3])
return 'ok'`;

/** Forgets a limit. Keys: the limit, its latest event. Arguments: the channel, the name of the limit. */
export const RESET_SCRIPT: string = `${STATES}
redis.call('DEL', KEYS[1])
publish(KEYS[2], ARGV[1], ARGV[2], 0)
return 'ok'`;
