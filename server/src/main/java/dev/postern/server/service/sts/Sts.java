package dev.postern.server.service.sts;

import dev.postern.server.service.Service;
import java.util.List;

/** The service as the edge knows it. */
public final class Sts {
  private Sts() {}

  public static Service service(String accountId) {
    return Service.global(
        "sts",
        new Service.Protocol.Query("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"),
        List.of(new GetCallerIdentity(accountId)));
  }
}
