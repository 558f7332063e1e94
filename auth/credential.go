package auth

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/azproc/azproc/config"
)

// knownAuthorities are the clouds that azidentity can discover. For any other
// host it would ask the public cloud whether the host is to be trusted
// (azidentity's DisableInstanceDiscovery).
var knownAuthorities = []string{
	"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn", "login.partner.microsoftonline.cn",
	"login.windows.net",
}

// newTokenCredential makes azidentity's credential for c.
func newTokenCredential(c config.Credential, client *http.Client) (azcore.TokenCredential, error) {
	// The refresher tries again by itself, and wants to know soon.
	options := azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: 1, RetryDelay: 200 * time.Millisecond, TryTimeout: 20 * time.Second}}
	if client != nil {
		options.Transport = client
	}
	private := false
	if c.Authority != "" {
		host := c.Authority
		if !strings.Contains(host, "://") {
			host = "https://" + host
		}
		options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: host}
		private = true
		for _, known := range knownAuthorities {
			if strings.Contains(host, "://"+known) {
				private = false
			}
		}
	}
	switch c.Kind {
	case config.CredentialClientSecret:
		return azidentity.NewClientSecretCredential(c.Tenant, c.Client, c.Secret.Reveal(), &azidentity.ClientSecretCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: private,
		})
	case config.CredentialPassword:
		return newPassword(c, options, private)
	case config.CredentialCertificate:
		return newCertificate(c, options, private)
	case config.CredentialWorkload:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: private, TenantID: c.Tenant, ClientID: c.Client,
		})
	case config.CredentialManaged:
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.Client != "" {
			o.ID = azidentity.ClientID(c.Client)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case config.CredentialDefault:
		return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: private, TenantID: c.Tenant,
		})
	case config.CredentialCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: c.Tenant})
	case config.CredentialAssertion:
		return azidentity.NewClientAssertionCredential(c.Tenant, c.Client, assertion(c.Assertion), &azidentity.ClientAssertionCredentialOptions{
			ClientOptions: options, DisableInstanceDiscovery: private,
		})
	}
	return nil, fmt.Errorf("a credential of kind %s has no tokens", c.Kind)
}

// newPassword makes a credential that azidentity calls deprecated because it
// cannot do multi-factor authentication. LiteLLM's users have it, and it works
// where a second factor is not asked for.
func newPassword(c config.Credential, options azcore.ClientOptions, private bool) (azcore.TokenCredential, error) {
	//lint:ignore SA1019 see above
	o := azidentity.UsernamePasswordCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: private}
	return azidentity.NewUsernamePasswordCredential(c.Tenant, c.Client, c.Username, c.Password.Reveal(), &o)
}

func newCertificate(c config.Credential, options azcore.ClientOptions, private bool) (azcore.TokenCredential, error) {
	data, err := os.ReadFile(c.CertificatePath)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(c.Password.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", c.CertificatePath, err)
	}
	return azidentity.NewClientCertificateCredential(c.Tenant, c.Client, []*x509.Certificate(certs), key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: private,
	})
}

// assertion reads the token of another issuer each time it is needed: env/NAME
// or file/PATH. Such tokens are renewed under the same name.
func assertion(source string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if name, ok := strings.CutPrefix(source, "env/"); ok {
			if token := os.Getenv(name); token != "" {
				return token, nil
			}
			return "", fmt.Errorf("assertion: the environment variable %s is not set", name)
		}
		path := strings.TrimPrefix(source, "file/")
		data, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("assertion: %w", err)
		}
		return strings.TrimSpace(string(data)), nil
	}
}
