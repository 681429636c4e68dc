-- For wrk, whose figures anybody can compare with another server's. `cargo bench --bench serve -- --wrk links.txt` writes
-- requests into a file and serves until it is ended; then, in another terminal, with the address that it says:
--
--     wrk --threads 2 --connections 8 --duration 15 --latency --script benches/serve.lua http://127.0.0.1:PORT -- links.txt

local requests = {}
local turn = 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        local method, path = line:match("^(%u+) (.+)$")
        local body = method == "POST" and "List-Unsubscribe=One-Click" or nil
        local headers = body and { ["Content-Type"] = "application/x-www-form-urlencoded" } or {}
        requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
    math.randomseed(os.time())
    turn = math.random(#requests)
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

-- An answer that is no answer makes the figure worthless.
function done(summary)
    local errors = summary.errors
    print(string.format("requests/s %.0f, not 2xx or 3xx: %d, broken: %d", summary.requests / summary.duration * 1e6,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
