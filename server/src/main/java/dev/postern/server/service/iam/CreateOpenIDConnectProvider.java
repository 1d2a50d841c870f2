package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.OidcProviders;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderResponse;

/**
 * Makes an OpenID Connect provider, whose tokens roles can trust. Without thumbprints the
 * provider's certificate must be one that the server's machine trusts.
 */
final class CreateOpenIDConnectProvider
    extends IamOperation<CreateOpenIdConnectProviderRequest, CreateOpenIdConnectProviderResponse> {
  private static final int URL_CHARACTERS_MAX = 255;
  private static final String SCHEME = "https://";

  private final IamArns arns;
  private final OidcProviders providers;

  CreateOpenIDConnectProvider(IamParts parts) {
    super(
        SdkCodec.of(
            CreateOpenIdConnectProviderRequest.class, CreateOpenIdConnectProviderRequest::builder),
        false);
    this.arns = parts.arns();
    this.providers = parts.store().oidcProviders();
  }

  @Override
  public void validate(CreateOpenIdConnectProviderRequest input) {
    Constraints constraints =
        Constraints.of().member("url", input.url()).required().length(1, URL_CHARACTERS_MAX);
    OidcProviderOperation.thumbprints(constraints, input.thumbprintList());
    int index = 0;
    for (String clientId : input.clientIDList()) {
      index++;
      OidcProviderOperation.clientId(constraints, "clientIDList." + index + ".member", clientId);
    }
    constraints
        .member("clientIDList", input.clientIDList())
        .check(
            input.clientIDList().size() <= OidcProviders.CLIENT_IDS_MAX,
            "Member must have length less than or equal to " + OidcProviders.CLIENT_IDS_MAX);
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
    if (!isIssuer(input.url())) {
      throw new Fault("ValidationError", 400, "Invalid Open ID Connect Provider URL");
    }
  }

  /** An issuer has no query and no fragment (OpenID Connect Discovery 1.0, section 3). */
  private static boolean isIssuer(String url) {
    if (!url.startsWith(SCHEME)) {
      return false;
    }
    try {
      URI uri = new URI(url);
      return uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  private static String issuer(CreateOpenIdConnectProviderRequest input) {
    return input.url().substring(SCHEME.length());
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreateOpenIdConnectProviderRequest input, Caller caller) {
    String arn = arns.oidcProvider(issuer(input));
    Map<String, List<String>> keys = PolicyTags.requestKeys(input.tags());
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), arn, keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagOpenIDConnectProvider", arn, keys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateOpenIdConnectProviderResponse run(
      Call call, CreateOpenIdConnectProviderRequest input) {
    String arn = arns.oidcProvider(issuer(input));
    OidcProviders.Outcome outcome =
        providers.create(
            arn,
            issuer(input),
            List.copyOf(new LinkedHashSet<>(input.clientIDList())),
            input.thumbprintList(),
            PolicyTags.map(input.tags()));
    OidcProviderOperation.require(outcome, arn);
    return CreateOpenIdConnectProviderResponse.builder()
        .openIDConnectProviderArn(arn)
        .tags(input.tags())
        .build();
  }
}
