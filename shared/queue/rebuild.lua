-- Writes a recount over the queue's figures, unless they moved since its epoch was read.
--   KEYS: epoch, figures, day    ARGV: the epoch read, figures as JSON, day's figures as JSON, seconds to keep a day
if redis.call("get", KEYS[1]) ~= ARGV[1] then
    return 0
end
redis.call("del", KEYS[2], KEYS[3])
redis.call("hset", KEYS[2], unpack(cjson.decode(ARGV[2])))
redis.call("hset", KEYS[3], unpack(cjson.decode(ARGV[3])))
redis.call("expire", KEYS[3], ARGV[4])
return 1
