# Written by Postern at each start. To be sourced by sh, bash or zsh: . DIR/env
_postern_directory=@DIRECTORY@
AWS_ENDPOINT_URL=@ENDPOINT@
AWS_REGION=@REGION@
AWS_DEFAULT_REGION=$AWS_REGION
AWS_CA_BUNDLE=$_postern_directory/tls/bundle.pem
SSL_CERT_FILE=$_postern_directory/tls/bundle.pem
AWS_CONFIG_FILE=$_postern_directory/aws/config
AWS_SHARED_CREDENTIALS_FILE=$_postern_directory/aws/credentials
AWS_PROFILE=postern
export AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION AWS_CA_BUNDLE SSL_CERT_FILE
export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_PROFILE

# These would win over the profile.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN
unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_ENDPOINT_URL_SSM AWS_ENDPOINT_URL_STS

case ":$PATH:" in
  ":$_postern_directory/bin:"*) ;;
  *) PATH=$_postern_directory/bin:$PATH ;;
esac
export PATH
unset _postern_directory

# An AWS CLI older than 1.29 or 2.13 ignores AWS_ENDPOINT_URL and would call AWS itself.
(
  command -v aws >/dev/null 2>&1 || exit 0
  version=$(aws --version 2>&1 </dev/null) || exit 0
  version=${version#aws-cli/}
  version=${version%%[!0-9.]*}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case "$major:$minor" in
    1:*[!0-9]* | 2:*[!0-9]* | 1: | 2:) ;;
    1:*) [ "$minor" -ge 29 ] || old=1 ;;
    2:*) [ "$minor" -ge 13 ] || old=1 ;;
  esac
  if [ -n "${old:-}" ]; then
    echo "postern: aws $version ignores AWS_ENDPOINT_URL and would call AWS itself:" \
      "pass --endpoint-url \$AWS_ENDPOINT_URL with each command" >&2
  fi
) || :
