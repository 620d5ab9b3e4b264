-- What wrk asks: the same request again and again, or one whose number grows. Filled in by throughput.py.
local prefix, suffix, number, step = "@PREFIX@", "@SUFFIX@", @FIRST@, @STEP@
local headers = { ["Accept"] = "@ACCEPT@", ["If-None-Match"] = @ETAG@ }

request = function()
  number = number + step
  return wrk.format("GET", prefix .. string.format("%d", number) .. suffix, headers)
end

done = function(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
  io.write(string.format("figures %d %d %d %d\n", summary.requests, summary.duration, failed, summary.bytes))
end
