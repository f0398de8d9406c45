-- Takes one of the places in a sliding window, if there is one left.
--   KEYS: the window (a sorted set)    ARGV: places, milliseconds, a name for the place
--   Answers: 1 if it was taken, places in use, milliseconds until one of them is free again
local time = redis.call("time")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, length = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call("zremrangebyscore", KEYS[1], "-inf", now - length)
local used = redis.call("zcard", KEYS[1])
local taken = 0
if used < most then
    redis.call("zadd", KEYS[1], now, ARGV[3])
    redis.call("pexpire", KEYS[1], length)
    used = used + 1
    taken = 1
end
-- Of a window that was made smaller, more than one must leave.
local first = redis.call("zrange", KEYS[1], math.max(0, used - most), math.max(0, used - most), "withscores")
return {taken, used, first[2] + length - now}
