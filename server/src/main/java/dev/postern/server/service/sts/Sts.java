package dev.postern.server.service.sts;

import dev.postern.server.access.PrincipalNames;
import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import java.util.List;

/** The service as the edge knows it. */
public final class Sts {
  private Sts() {}

  public static Service service(PrincipalNames names, Store store) {
    StsParts parts = StsParts.of(names, store);
    return Service.global(
        "sts",
        new Service.Protocol.Query("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"),
        List.of(
            new GetCallerIdentity(names.accountId()),
            new AssumeRole(parts),
            new AssumeRoleWithWebIdentity(parts),
            new GetSessionToken(parts),
            new GetAccessKeyInfo(parts),
            new DecodeAuthorizationMessage(parts)));
  }
}
