-- One fixed chat request for wrk, and one line of figures that a script can read.
-- No request() function: wrk then builds the request once and spends its time sending.

local file = assert(io.open(os.getenv("BENCH_BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()

wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("GATEWAY_API_KEY")
-- Every request must reach the upstream, whatever the gateway's cache is set to.
wrk.headers["Cache-Control"] = "no-store"

-- requests, errors, microseconds, p50 and p99 in microseconds, bytes
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d %d %d %d\n",
    summary.requests,
    e.connect + e.read + e.write + e.timeout + e.status,
    summary.duration,
    latency:percentile(50),
    latency:percentile(99),
    summary.bytes))
end
