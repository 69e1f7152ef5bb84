/**
 * A program for `node --eval` (not a TypeScript file, since stripping types takes 30 MB). It polls the same four
 * metadata paths each second with `node:http` and does nothing else.
 */
export const poller = `
  const http = require("node:http");
  const agent = new http.Agent({ keepAlive: true });
  const ask = (method, path, headers, then) => {
    const url = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + path;
    const request = http.request(url, { method, headers, agent }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => then(text));
    });
    request.on("error", () => {}).end();
  };
  ask("PUT", "/latest/api/token", { "x-aws-ec2-metadata-token-ttl-seconds": "21600" }, (token) => {
    setInterval(() => {
      for (const path of [
        "spot/instance-action",
        "events/recommendations/rebalance",
        "events/maintenance/scheduled",
        "autoscaling/target-lifecycle-state",
      ]) ask("GET", "/latest/meta-data/" + path, { "x-aws-ec2-metadata-token": token }, () => {});
    }, 1000);
  });
`;
