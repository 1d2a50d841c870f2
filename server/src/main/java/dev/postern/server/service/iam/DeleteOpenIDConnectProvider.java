package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.DeleteOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.DeleteOpenIdConnectProviderResponse;

/**
 * Deletes an OpenID Connect provider; roles that trust it can no longer be assumed by its tokens.
 * Deleting one that there is not is fine (IAM API Reference).
 */
final class DeleteOpenIDConnectProvider
    extends OidcProviderOperation<
        DeleteOpenIdConnectProviderRequest, DeleteOpenIdConnectProviderResponse> {
  DeleteOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            DeleteOpenIdConnectProviderRequest.class, DeleteOpenIdConnectProviderRequest::builder),
        false);
  }

  @Override
  String provider(DeleteOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(DeleteOpenIdConnectProviderRequest input) {
    verify(named(input), input);
  }

  @Override
  public DeleteOpenIdConnectProviderResponse run(
      Call call, DeleteOpenIdConnectProviderRequest input) {
    var _ = providers.delete(input.openIDConnectProviderArn());
    return DeleteOpenIdConnectProviderResponse.builder().build();
  }
}
