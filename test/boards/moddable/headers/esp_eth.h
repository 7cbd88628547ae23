// Of ESP-IDF's esp_eth, esp_event, esp_mac and esp_netif, as much as the emulator's board uses.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;
enum { ESP_OK = 0, ESP_ERR_NO_MEM = 0x101, ESP_ERR_INVALID_STATE = 0x103 };
typedef enum { ESP_MAC_ETH = 3 } esp_mac_type_t;
typedef enum { ETH_CMD_S_MAC_ADDR = 1 } esp_eth_io_cmd_t;
typedef struct esp_netif_obj esp_netif_t;
typedef struct esp_eth_mac_s esp_eth_mac_t;
typedef struct esp_eth_phy_s esp_eth_phy_t;
typedef struct esp_eth_netif_glue_t *esp_eth_netif_glue_handle_t;
typedef void *esp_eth_handle_t;
typedef struct {
	uint32_t flags;
} eth_mac_config_t;
typedef struct {
	uint32_t autonego_timeout_ms;
	int reset_gpio_num;
} eth_phy_config_t;
typedef struct {
	esp_eth_mac_t *mac;
	esp_eth_phy_t *phy;
} esp_eth_config_t;
typedef struct {
	const void *base;
} esp_netif_config_t;
typedef struct {
	uint32_t addr;
} esp_ip4_addr_t;
typedef struct {
	esp_ip4_addr_t ip, netmask, gw;
} esp_netif_ip_info_t;
#define ETH_MAC_DEFAULT_CONFIG() \
	{ \
		0 \
	}
#define ETH_PHY_DEFAULT_CONFIG() \
	{ \
		0 \
	}
#define ETH_DEFAULT_CONFIG(emac, ephy) \
	{ \
		.mac = emac, .phy = ephy \
	}
#define ESP_NETIF_DEFAULT_ETH() \
	{ \
		0 \
	}
esp_err_t esp_netif_init(void);
esp_err_t esp_event_loop_create_default(void);
esp_eth_mac_t *esp_eth_mac_new_openeth(const eth_mac_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config);
esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *driver);
esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type);
esp_err_t esp_eth_ioctl(esp_eth_handle_t driver, esp_eth_io_cmd_t cmd, void *data);
esp_netif_t *esp_netif_new(const esp_netif_config_t *config);
esp_err_t esp_netif_attach(esp_netif_t *netif, void *glue);
esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t driver);
esp_err_t esp_eth_start(esp_eth_handle_t driver);
int esp_netif_is_netif_up(esp_netif_t *netif);
esp_err_t esp_netif_get_ip_info(esp_netif_t *netif, esp_netif_ip_info_t *info);
char *esp_ip4addr_ntoa(const esp_ip4_addr_t *address, char *text, int length);
