package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.OidcProviders;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersResponse;
import software.amazon.awssdk.services.iam.model.OpenIDConnectProviderListEntry;

/** Lists the ARNs of the account's OpenID Connect providers; there are few enough for one page. */
final class ListOpenIDConnectProviders
    extends IamOperation<ListOpenIdConnectProvidersRequest, ListOpenIdConnectProvidersResponse> {
  private final OidcProviders providers;

  ListOpenIDConnectProviders(IamParts parts) {
    super(
        SdkCodec.of(
            ListOpenIdConnectProvidersRequest.class, ListOpenIdConnectProvidersRequest::builder),
        true);
    this.providers = parts.store().oidcProviders();
  }

  @Override
  public void validate(ListOpenIdConnectProvidersRequest input) {
    // There is nothing in it.
  }

  @Override
  public Question question(ListOpenIdConnectProvidersRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public ListOpenIdConnectProvidersResponse run(
      Call call, ListOpenIdConnectProvidersRequest input) {
    List<OpenIDConnectProviderListEntry> entries =
        providers.arns().stream()
            .map(arn -> OpenIDConnectProviderListEntry.builder().arn(arn).build())
            .toList();
    return ListOpenIdConnectProvidersResponse.builder().openIDConnectProviderList(entries).build();
  }
}
