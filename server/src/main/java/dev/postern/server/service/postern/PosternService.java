package dev.postern.server.service.postern;

import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import java.util.List;

/** The service as the edge knows it: JSON 1.1, signed for {@code postern}. */
public final class PosternService {
  private static final String TARGET_PREFIX = "Postern_20261122";

  private PosternService() {}

  public static Service service(Store store) {
    return Service.regional(
        "postern",
        new Service.Protocol.AwsJson(TARGET_PREFIX),
        List.of(new Explain(store.denials())));
  }
}
