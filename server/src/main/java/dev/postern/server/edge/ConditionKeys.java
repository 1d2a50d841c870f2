package dev.postern.server.edge;

import dev.postern.aws.Timestamps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The condition keys that follow from the request itself (spec/aws-api.md 4.6). */
final class ConditionKeys {
  private ConditionKeys() {}

  static Map<String, List<String>> of(Arrival arrival, String region) {
    var keys = new HashMap<String, List<String>>();
    keys.put("aws:SourceIp", List.of(arrival.sourceAddress()));
    keys.put("aws:SecureTransport", List.of(String.valueOf(arrival.call().secure())));
    keys.put("aws:CurrentTime", List.of(Timestamps.iso8601(arrival.now())));
    keys.put("aws:EpochTime", List.of(String.valueOf(arrival.now().getEpochSecond())));
    keys.put("aws:RequestedRegion", List.of(region));
    keys.put("aws:ViaAWSService", List.of("false"));
    keys.put("aws:PrincipalIsAWSService", List.of("false"));
    if (!arrival.userAgent().isEmpty()) {
      keys.put("aws:UserAgent", List.of(arrival.userAgent()));
    }
    return keys;
  }
}
